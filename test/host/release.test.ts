import { expect, test } from "vitest";
import { defineInterface, memoryKeyValue } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { ManualTime, settled } from "../manual-time.ts";
import { bystanderAnswers, rig, type Rig, type RigOptions } from "./rig.ts";

// A rig whose plugins hold three things from their start on, and a journal of their release.
async function counting(
  options: RigOptions = {},
): Promise<Rig & { readonly held: Set<string>; readonly released: string[] }> {
  const held = new Set<string>();
  const released: string[] = [];
  let instances = 0;
  const text = defineInterface({
    name: "acme:test/script@1.0.0",
    functions: { step: { waits: true } },
    implement: ({ caller, own }) => {
      const instance = `${caller.plugin}#${++instances}`;
      const hold = (name: string, dispose = (): void => undefined): (() => void) => {
        held.add(`${instance} ${name}`);
        return own({
          [Symbol.dispose]: () => {
            held.delete(`${instance} ${name}`);
            released.push(`${instance} ${name}`);
            dispose();
          },
        });
      };
      hold("socket");
      hold("timer", () => {
        throw new Error("fails to end");
      });
      const early = hold("buffer");
      return {
        step: (what: string, detail: string) => {
          if (detail === '"early"') early();
          return made.step(caller.plugin, what, detail);
        },
      };
    },
  });
  const made = await rig({ ...options, script: text });
  return { ...made, held, released };
}

test("what an instance holds is released with it, in reverse order, once", async () => {
  const { host, install, play, held, released, told } = await counting();
  play(() => "1");
  await install("test/a");
  expect(held.size).toBe(0);
  await host.execute("a.run");
  expect(held.size).toBe(3);
  await host.stop("test/a");
  expect(held.size).toBe(0);
  expect(released).toEqual(["test/a#1 buffer", "test/a#1 timer", "test/a#1 socket"]);
  expect(told("fault")).toMatchObject([{ plugin: "test/a" }]);
});

test("what is given back early is not released twice", async () => {
  const { host, install, play, released } = await counting();
  play(() => "1");
  await install("test/a");
  await host.execute("a.run", "early");
  await host.execute("a.run", "early");
  await host.stop("test/a");
  expect(released).toEqual(["test/a#1 buffer", "test/a#1 timer", "test/a#1 socket"]);
});

const never = new Promise<string>(() => undefined);

test.each<readonly [string, (made: Rig, time: ManualTime) => Promise<unknown>]>([
  [
    "a trap",
    async ({ host, play }) => {
      play((_, what) => (what === "run" ? "!" : ""));
      await failure("plugin-crashed", () => host.execute("a.run"));
    },
  ],
  [
    "a fault of the host",
    async ({ host, play }) => {
      play((_, what) => (what === "run" ? Promise.reject(new Error("bug")) : ""));
      await failure("interface-failed", () => host.execute("a.run"));
    },
  ],
  [
    "a failed start",
    async ({ host, play }) => {
      play(() => "!");
      await failure("plugin-activation", () => host.execute("a.run"));
    },
  ],
  [
    "a missed deadline",
    async ({ host, play }, time) => {
      play((_, what) => (what === "run" ? never : ""));
      const stuck = failure("interface-failed", () => host.execute("a.run"));
      while (time.pending === 0) await settled();
      await time.pass(10_000);
      await stuck;
    },
  ],
  ["disabling", async ({ host }) => host.execute("a.run").then(() => host.disable("test/a"))],
  ["uninstalling", async ({ host }) => host.execute("a.run").then(() => host.uninstall("test/a"))],
  [
    "an update",
    async ({ host, install }) => {
      await host.execute("a.run");
      const manifest = { version: "1.1.0" };
      await install("test/a", { parts: ["commands"], manifest, replace: "newer" });
    },
  ],
  [
    "the end of the host",
    ({ host }) => host.execute("a.run").then(() => host[Symbol.asyncDispose]()),
  ],
])("nothing is left of an instance after %s", async (_, end) => {
  const time = new ManualTime();
  const made = await counting({ platform: { clock: time, timers: time } });
  made.play(() => "1");
  await made.install("test/a");
  await end(made, time);
  expect([...made.held].filter((name) => name.startsWith("test/a"))).toEqual([]);
  expect(time.pending).toBe(0);
});

test("a hundred crashes leave nothing behind", async () => {
  const limits = {
    crashes: { crashes: 1000, withinMs: 1 },
    breaker: { failures: 1000, firstMs: 1, maxMs: 1 },
  };
  const made = await counting({ limits });
  made.play((_, what) => (what === "run" ? "!" : ""));
  await made.install("test/a");
  for (let n = 0; n < 100; n++) {
    await failure("plugin-crashed", () => made.host.execute("a.run"));
    expect(made.held.size).toBe(0);
  }
  expect(made.released).toHaveLength(300);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("uninstalling takes the data, unless it is kept", async () => {
  const keyValue = memoryKeyValue();
  const { host, install } = await rig({ platform: { keyValue } });
  const store = (): unknown => {
    const space = keyValue.space("test/a place:rig");
    void space.openBucket("b", 8);
    void space.write("b", "k", Uint8Array.of(1), { when: "any", quotaBytes: 1000 });
    return space.usedBytes();
  };
  for (const keepData of [true, false]) {
    await install("test/a");
    expect(store()).toBeGreaterThan(0);
    await host.uninstall("test/a", { keepData });
    await failure("plugin-unknown", async () => host.plugin("test/a"));
    await failure("command-unknown", () => host.execute("a.run"));
    expect(keyValue.space("test/a place:rig").usedBytes()).toBe(keepData ? 66 : 0);
  }
  await failure("plugin-unknown", () => host.uninstall("test/a"));
});

test("a plugin that is uninstalled in mid-call ends within the grace", async () => {
  const time = new ManualTime();
  const made = await rig({ platform: { clock: time, timers: time } });
  const { host, install, play } = made;
  play((_, what) => (what === "run" ? never : ""));
  await install("test/a");
  const stuck = failure("plugin-unknown", () => host.execute("a.run"));
  while (time.pending === 0) await settled();
  const uninstalled = host.uninstall("test/a");
  await time.pass(500);
  await Promise.all([uninstalled, stuck]);
  expect(await bystanderAnswers(made)).toBe(true);
});
