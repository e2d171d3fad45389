// A plugin in a process of its own.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventually } from "../conformance/engine-expect.ts";
import { failed, isRunning, kill, processHost } from "./process-host.ts";

test("two plugins run in two processes, and a third is kept ready", async () => {
  const { host, add, started } = await processHost();
  await add("one");
  await add("two");
  expect(await host.execute("one.run", 1)).toBe(1);
  expect(await host.execute("two.run", "two")).toBe("two");
  await eventually(() => {
    expect(started.filter(isRunning)).toHaveLength(3);
  });
  // Another call takes no other process.
  expect(await host.execute("one.run", 2)).toBe(2);
  expect(started).toHaveLength(3);
});

test("a process ends with its plugin, and the host with none of them", async () => {
  const { host, add, started } = await processHost();
  await add("one");
  await host.execute("one.run", 1);
  const [its] = started;
  await host.disable("test/one");
  await eventually(() => expect(isRunning(its!)).toBe(false));
  await host[Symbol.asyncDispose]();
  await eventually(() => expect(started.filter(isRunning)).toEqual([]));
});

test("a killed process fails its own plugin's call, which is started again by the next", async () => {
  const { host, add, play, started, events } = await processHost();
  await add("one");
  await add("two");
  await host.execute("one.run", 1);
  await host.execute("two.run", 1);
  const waits = Promise.withResolvers<string>();
  play(async (plugin, _, detail) => {
    if (plugin === "test/two" || detail === "2") return detail;
    kill(started[0]!);
    return waits.promise;
  });
  const others = Array.from({ length: 50 }, (_, nth) => host.execute("two.run", nth));
  const error = await failed(host.execute("one.run", 1));
  expect(error).toMatchObject({
    code: "plugin-crashed",
    plugin: "test/one",
    data: { fault: "guest", kind: "process-failed" },
  });
  expect(error.message).toContain("SIGKILL");
  expect(await Promise.all(others)).toEqual(others.map((_, nth) => nth));
  expect(await host.execute("one.run", 2)).toBe(2);
  expect(host.plugin("test/one")).toMatchObject({ crashes: 1 });
  expect(host.plugin("test/two")).toMatchObject({ crashes: 0 });
  expect(events).toContainEqual(
    expect.objectContaining({ tag: "thread-lost", why: "failed", culprit: "test/one" }),
  );
});

test("a plugin that loops is stopped at its deadline, and its process goes on", async () => {
  const { host, add, play, started } = await processHost({ limits: { commandMs: 300 } });
  await add("one");
  await host.execute("one.run", 1);
  play(() => "@");
  const since = performance.now();
  const error = await failed(host.execute("one.run", 1));
  expect(error.code).toBe("plugin-deadline");
  expect(performance.now() - since).toBeLessThan(3_000);
  play((_, __, detail) => detail);
  expect(await host.execute("one.run", 3)).toBe(3);
  expect(started.length).toBeLessThanOrEqual(3);
});

test("a plugin is not charged for the time in which its process gets no processor", async () => {
  const { host, add, play, started } = await processHost({ limits: { commandMs: 1_000 } });
  await add("one");
  await host.execute("one.run", 1);
  play(() => "@");
  const looped = failed(host.execute("one.run", 1));
  await setTimeout(100);
  kill(started[0]!, "SIGSTOP");
  await setTimeout(600);
  kill(started[0]!, "SIGCONT");
  expect((await looped).code).toBe("plugin-deadline");
  await eventually(() => expect(host.usage("test/one").cpuMs).toBeGreaterThan(50));
  expect(host.usage("test/one").cpuMs).toBeLessThan(600);
});

test("several calls of a plugin that waits are under way at once", async () => {
  const { host, add, play, started } = await processHost();
  await add("one", ["commands"], { concurrency: 4 });
  const waiting: (() => void)[] = [];
  play(async (_, __, detail) => {
    if (waiting.length < 3) await new Promise<void>((resolve) => void waiting.push(resolve));
    else for (const goOn of waiting) goOn();
    return detail;
  });
  const calls = [1, 2, 3, 4].map((nth) => host.execute("one.run", nth));
  expect(await Promise.all(calls)).toEqual([1, 2, 3, 4]);
  // All its instances share one process.
  expect(started.length).toBeLessThanOrEqual(2);
});

test("an update takes over the state, in a process of its own", async () => {
  const { host, add, play } = await processHost();
  const restored: string[] = [];
  play((_, what, detail) => {
    if (what === "restore") restored.push(detail);
    return what === "save" ? "kept" : detail;
  });
  await add("one", ["commands", "state"]);
  expect(await host.execute("one.run", 1)).toBe(1);
  await add("one", ["commands", "state"], { version: "1.1.0" });
  expect(await host.execute("one.run", 2)).toBe(2);
  expect(restored).toEqual(["kept"]);
});

test("plugins that the application puts together share a process, and nobody else does", async () => {
  const { host, add, play, started, events } = await processHost({
    sharesProcess: ({ name }) => (name === "test/other" ? "tenant b" : "tenant a"),
  });
  for (const name of ["one", "two", "other"]) await add(name);
  for (const name of ["one", "two", "other"]) expect(await host.execute(`${name}.run`, 1)).toBe(1);
  // Theirs, the other's, and a spare.
  await eventually(() => expect(started.filter(isRunning)).toHaveLength(3));
  play((plugin, _, detail) => {
    if (plugin !== "test/one" || detail !== "9") return detail;
    kill(started[0]!);
    return new Promise<string>(() => {});
  });
  const error = await failed(host.execute("one.run", 9));
  // It was alone at work there.
  expect(error).toMatchObject({ code: "plugin-crashed", plugin: "test/one" });
  expect(events).toContainEqual(
    expect.objectContaining({
      tag: "thread-lost",
      suspects: expect.arrayContaining(["test/one", "test/two"]),
      culprit: "test/one",
    }),
  );
  for (const name of ["one", "two", "other"]) expect(await host.execute(`${name}.run`, 2)).toBe(2);
  expect(host.plugin("test/two")).toMatchObject({ crashes: 0, starts: 2 });
  expect(host.plugin("test/other")).toMatchObject({ crashes: 0, starts: 1 });
});

test.each([
  ["throws", () => assert.fail("no list of tenants")],
  ["answers no text", () => 7 as never],
])("a policy of shared processes that %s is the application's fault", async (_, sharesProcess) => {
  const { host, add } = await processHost({ sharesProcess });
  await add("one");
  const error = await failed(host.execute("one.run", 1));
  const cause = error.code === "policy-failed" ? error : error.cause;
  expect(cause).toMatchObject({ code: "policy-failed", data: { option: "sharesProcess" } });
  expect(host.plugin("test/one").crashes).toBe(0);
});
