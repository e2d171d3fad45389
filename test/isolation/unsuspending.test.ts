import { expect, onTestFinished, test } from "vitest";
import { defineInterface, grantAll, type Host, memoryKeyValue } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { startThread } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import type { ThreadSource } from "../../src/platform/threads.ts";
import { eventually } from "../conformance/engine-expect.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { componentOf } from "../plugins/sample-plugins.ts";
import { manifestText } from "../manifest-text.ts";

const entry = new URL("./unsuspending-entry.ts", import.meta.url);

interface Setting {
  readonly host: Host;
  // Threads of guests that run.
  readonly threads: Set<object>;
  // What the host function `step` answers the plugin.
  play(step: (plugin: string, detail: string) => unknown): void;
}

// One thread for all plugins, where no guest can be set aside. `ticks`: guests are told that their
// time is over.
async function setting({ ticks = true, commandMs = 20_000 } = {}): Promise<Setting> {
  const ticker = nodeTicker();
  const threads = new Set<object>();
  let step: (plugin: string, detail: string) => unknown = (_, detail) => detail;
  const source: ThreadSource = {
    size: 1,
    setsAside: false,
    start() {
      const { port, memory } = startThread(ticks ? { ticker, entry } : { entry });
      threads.add(port);
      const listen: typeof port.listen = ({ message, ended }) =>
        port.listen({
          message,
          ended: (end) => {
            threads.delete(port);
            ended(end);
          },
        });
      return { memory, port: { ...port, listen } };
    },
  };
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    functions: { step: { waits: true } },
    implement: ({ caller }) => ({
      step: (_: string, detail: string) => step(caller.plugin, detail),
    }),
  });
  const host = createHost({
    platform: { ...nodePlatform(), keyValue: memoryKeyValue(), ticker, threads: source },
    policy: grantAll(["kv"], "any"),
    interfaces: [script],
    limits: { commandMs },
  });
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });
  const guest = await scriptedGuest("commands");
  for (const name of ["bystander", "rogue"]) {
    await host.install(guest, { manifest: manifestOf(name) });
  }
  return {
    host,
    threads,
    play: (next) => {
      step = next;
    },
  };
}

const SOON = { deadlineMs: 300 };
const loops = (plugin: string, detail: string): string => (plugin === "test/rogue" ? "@" : detail);

test("a guest that overstays holds up its neighbours once, and runs on a thread of its own from then on", async () => {
  const { host, threads, play } = await setting();
  expect(await host.execute("bystander.run", 1)).toBe(1);
  play(loops);
  const late = { code: "plugin-deadline" };
  const first = expect(host.execute("rogue.run", 0, SOON)).rejects.toMatchObject(late);
  expect(await host.execute("bystander.run", 2)).toBe(2);
  await first;
  for (const nth of [3, 4]) {
    const entered = Promise.withResolvers<void>();
    play((plugin, detail) => {
      if (plugin === "test/rogue") entered.resolve();
      return loops(plugin, detail);
    });
    let over = false;
    const again = expect(host.execute("rogue.run", 0, { deadlineMs: 5_000 }))
      .rejects.toMatchObject(late)
      .then(() => (over = true));
    await entered.promise;
    expect(await host.execute("bystander.run", nth)).toBe(nth);
    expect(over).toBe(false);
    await again;
  }
  expect(host.plugin("test/bystander")).toMatchObject({ starts: 1, crashes: 0 });
  play((_, detail) => detail);
  expect(await host.execute("rogue.run", 5)).toBe(5);
  const running = threads.size;
  await host.stop("test/rogue");
  await eventually(() => expect(threads.size).toBe(running - 1));
  expect(await host.execute("bystander.run", 6)).toBe(6);
});

test("a host function that may wait is waited for", async () => {
  const { host, play } = await setting();
  play(async (_, detail) => {
    await new Promise<void>((resolve) => void setTimeout(resolve, 20));
    return detail;
  });
  expect(await Promise.all([1, 2, 3].map((n) => host.execute("bystander.run", n)))).toEqual([
    1, 2, 3,
  ]);
  play(async () => {
    throw null;
  });
  await expect(host.execute("rogue.run")).rejects.toMatchObject({ code: "interface-failed" });
  play((_, detail) => detail);
  expect(await host.execute("rogue.run", 4)).toBe(4);
});

test("one that never answers costs its caller the deadline, and the neighbours no call", async () => {
  const { host, threads, play } = await setting();
  expect(await host.execute("bystander.run", 1)).toBe(1);
  play((plugin, detail) => (plugin === "test/rogue" ? new Promise(() => {}) : detail));
  const before = new Set(threads);
  await expect(host.execute("rogue.run", 0, SOON)).rejects.toMatchObject({
    code: "interface-failed",
  });
  expect(await host.execute("bystander.run", 2)).toBe(2);
  expect(threads).toEqual(before);
  expect(host.plugin("test/bystander")).toMatchObject({ starts: 1, crashes: 0 });
});

test("a thread that nothing else stops is terminated: its neighbours start again, with all that they were told was kept", async () => {
  const { host, play } = await setting({ ticks: false });
  await host.install(await componentOf("notes"));
  const { id } = (await host.execute("notes.add", { text: "kept" })) as { id: unknown };
  expect(id).toBeDefined();
  expect(await host.execute("bystander.run", 1)).toBe(1);
  play(loops);
  await expect(host.execute("rogue.run", 0, SOON)).rejects.toMatchObject({
    code: "plugin-deadline",
  });
  // Answered, or told that its thread is gone, and nobody's fault.
  const meanwhile = await host.execute("bystander.run", 2).catch((error: unknown) => error);
  if (meanwhile !== 2) expect(meanwhile).toMatchObject({ code: "isolate-failed" });
  play((_, detail) => detail);
  expect(await host.execute("bystander.run", 3)).toBe(3);
  expect(JSON.stringify(await host.execute("notes.list", null))).toContain("kept");
  expect(host.plugin("test/bystander")).toMatchObject({ state: "running", crashes: 0 });
  expect(host.plugin("tenon/notes")).toMatchObject({ state: "running", crashes: 0 });
  expect(host.plugin("test/rogue").crashes).toBe(1);
});

function manifestOf(name: string): string {
  return manifestText(`test/${name}`, { commands: [{ id: `${name}.run`, title: "Run" }] });
}
