import { connect, type Socket } from "node:net";
import { createInterface, emitKeypressEvents } from "node:readline";
import { type HostUsage, type PluginUsage, TenonError, visibleJson } from "../index.ts";
import { usageSocket } from "../platform/node/index.ts";
import { bytes, milliseconds, table, type Terminal } from "./terminal.ts";

type Order = "cpu" | "host" | "memory" | "calls";

const orders: Readonly<Record<Order, (usage: PluginUsage) => number>> = {
  cpu: ({ recentCpuMs }) => recentCpuMs,
  host: ({ recentHostMs }) => recentHostMs,
  memory: ({ memoryBytes }) => memoryBytes,
  calls: ({ calls }) => calls,
};

/**
 * Shows what the plugins of a running host use: live in a terminal, until `q`; elsewhere as one
 * table, or as one JSON object. Rejects with `usage` where no host shares its usage in the state folder.
 */
export async function top(
  state: string,
  out: Terminal,
  input: NodeJS.ReadStream,
  { json = false }: { readonly json?: boolean } = {},
): Promise<void> {
  const socket = await connected(usageSocket(state));
  const lines = createInterface(socket);
  // A socket that is destroyed does not end its stream of lines by itself.
  socket.once("close", () => lines.close());
  if (json || !out.interactive || input.isTTY !== true) {
    for await (const line of lines) {
      if (json) out.raw(`${visibleJson(JSON.parse(line), 2)}\n`);
      else for (const row of usageTable(JSON.parse(line) as HostUsage, "cpu")) out.line(row);
      break;
    }
    socket.destroy();
    return;
  }
  await watch(socket, lines, out, input);
}

/** The name of the last row, whose memory is no sum of the others'. */
const wholeHost = "whole host";

/** What the last row counts, for who reads the table. */
export const wholeHostHelp: string =
  "The row “whole host” has the sums, but for memory: that counts instances that ended and are not freed yet, " +
  "buffers between threads and kept answers, too, and its peak is the most at any one time.";

/** One row for each plugin, starting with the one that uses the most, and one for the whole host. */
export function usageTable(usage: HostUsage, order: Order): string[] {
  return table([
    [
      "plugin",
      "state",
      "cpu 1 min",
      "host 1 min",
      "cpu",
      "host",
      "memory",
      "peak",
      "calls",
      "out",
      "refused",
      "restarts",
      "bytes",
    ],
    ...sorted(usage, order).map((plugin) => [
      plugin.name,
      plugin.state,
      milliseconds(plugin.recentCpuMs),
      milliseconds(plugin.recentHostMs),
      ...figures(plugin),
    ]),
    [wholeHost, `${usage.instances} running`, "-", "-", ...figures(usage)],
  ]);
}

function figures(usage: Omit<HostUsage, "plugins" | "instances">): string[] {
  return [
    milliseconds(usage.cpuMs),
    milliseconds(usage.hostMs),
    bytes(usage.memoryBytes),
    bytes(usage.peakMemoryBytes),
    String(usage.calls),
    String(usage.hostCalls),
    String(usage.refusals),
    String(usage.restarts),
    bytes(usage.bytes),
  ];
}

function sorted({ plugins }: HostUsage, order: Order): readonly PluginUsage[] {
  return plugins.toSorted((one, other) => orders[order](other) - orders[order](one));
}

async function watch(
  socket: Socket,
  lines: AsyncIterable<string>,
  out: Terminal,
  input: NodeJS.ReadStream,
): Promise<void> {
  let usage: HostUsage | undefined;
  let order: Order = "cpu";
  let at = 0;
  const draw = (): void => {
    if (usage === undefined) return;
    at = Math.max(0, Math.min(at, usage.plugins.length - 1));
    const rows = usageTable(usage, order).map((row, i) =>
      i === at + 1 ? out.shown(out.style("inverse", row)) : row,
    );
    const keys = "up/down choose   s stop   c/h/m/n sort by cpu, host, memory, calls   q quit";
    out.raw(`\u001b[2J\u001b[H${rows.join("\n")}\n\n${out.shown(out.style("dim", keys))}\n`);
  };
  emitKeypressEvents(input);
  input.setRawMode(true);
  const pressed = (_: string | undefined, key: { name?: string; ctrl?: boolean }): void => {
    if (key.name === "q" || (key.ctrl === true && key.name === "c")) return void socket.destroy();
    const chosen = usage && sorted(usage, order)[at];
    if (key.name === "s" && chosen !== undefined) socket.write(`stop ${chosen.name}\n`);
    if (key.name === "up") at--;
    if (key.name === "down") at++;
    if (key.name === "c") order = "cpu";
    if (key.name === "h") order = "host";
    if (key.name === "m") order = "memory";
    if (key.name === "n") order = "calls";
    draw();
  };
  input.on("keypress", pressed);
  try {
    for await (const line of lines) {
      usage = JSON.parse(line) as HostUsage;
      draw();
    }
  } finally {
    input.off("keypress", pressed);
    input.setRawMode(false);
    input.pause();
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.off("error", failed);
      socket.on("error", () => socket.destroy());
      resolve(socket);
    });
    const failed = (cause: Error): void => {
      const message = `No host shares its usage at ${path}. Start one that calls shareUsage of tenon/node with the same state folder.`;
      reject(new TenonError("usage", message, { operation: "top", cause }));
    };
    socket.once("error", failed);
  });
}
