import { chmodSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { isMainThread } from "node:worker_threads";
import { makeFolder } from "./own-files.ts";

/** The part of a Host that is used here. */
export interface SharedHost {
  /** What the host's plugins use, as `Host.usage` answers it. */
  usage(): object;
  /** Ends a plugin's instance, as `Host.stop` does. */
  stop(name: string, options: { readonly now: true }): Promise<void>;
}

const EVERY_MS = 1_000;

/**
 * Lets `tenon top` watch a host from another process of the same user. A client that connects to
 * the socket at `path` (`usageSocket` of the state folder) receives `host.usage()` as a line of
 * JSON, at once and every second, and may stop a plugin, in the middle of a call too, with the line
 * `stop scope/name`. Ends when
 * it is disposed of.
 */
export async function shareUsage(host: SharedHost, path: string): Promise<AsyncDisposable> {
  makeFolder(dirname(path));
  if (process.platform !== "win32") rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const tell = (): void => void socket.write(`${JSON.stringify(host.usage())}\n`);
    const timer = setInterval(tell, EVERY_MS);
    // Who watches a host does not keep its process alive.
    timer.unref();
    socket.unref();
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearInterval(timer);
      sockets.delete(socket);
    });
    const lines = createInterface(socket);
    // It tells of the socket's errors once more: a client may leave at any moment.
    lines.on("error", () => socket.destroy());
    lines.on("line", (line) => {
      const [, name] = /^stop (.{1,64})$/u.exec(line) ?? [];
      if (name === undefined) socket.destroy();
      else host.stop(name, { now: true }).then(tell, tell);
    });
    tell();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    privately(() => server.listen(path, resolve));
  });
  if (process.platform !== "win32") chmodSync(path, 0o600);
  // The socket alone does not keep the process alive.
  server.unref();
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

/**
 * Runs `make` so that the files which it makes belong to this user alone from the start. A worker
 * can't set the process's mask, so there it only calls `make`.
 */
function privately(make: () => void): void {
  if (!isMainThread || process.platform === "win32") return make();
  const before = process.umask(0o177);
  try {
    make();
  } finally {
    process.umask(before);
  }
}

/** The path of the socket through which the host of a state folder is watched. */
export function usageSocket(state: string): string {
  return process.platform === "win32"
    ? `\\\\.\\pipe\\tenon-${Buffer.from(state).toString("hex").slice(-100)}`
    : `${state}/usage.sock`;
}
