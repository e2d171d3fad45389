// What an application says wrongly is said to it, by name, before anything is done with it.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createHost, grantAll, type HostOptions } from "../../src/index.ts";
import { createCache, memoryLevel } from "../../src/cache/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import {
  defaultLimits,
  type GivenLimits,
  grantedLimits,
  limitsOf,
} from "../../src/plugin/limits/limits.ts";
import { bystanderAnswers, rig } from "./rig.ts";
import { manifestWith } from "./test-allowance.ts";

// As a program without types would call it.
function made(options: object): void {
  const all = { platform: nodePlatform(), policy: grantAll([], "any"), ...options } as HostOptions;
  void createHost(all)[Symbol.asyncDispose]();
}

const refused = (option: string): unknown =>
  expect.objectContaining({ code: "usage", message: expect.stringContaining(option) });

describe("an option", () => {
  test.each<[string, object]>([
    ["polcy", { polcy: grantAll([], "any") }],
    ["limits has no option commandMS; did you mean commandMs?", { limits: { commandMS: 1 } }],
    ["limits has no option comandMs; did you mean commandMs?", { limits: { comandMs: 1 } }],
    ["limits has no option speed; there are memoryBytes, ", { limits: { speed: 1 } }],
    ["hostMs, hostCalls, logBytes", { limits: { policies: { speed: "stop" } } }],
    ["liftedElements, deadline, cpu, hostMs", { limits: { policies: 5 } }],
    ["limits.cpu has no option within", { limits: { cpu: { ms: 1, within: 1 } } }],
    ["limits.policies has no option memry", { limits: { policies: { memry: "stop" } } }],
    ["__proto__", { limits: JSON.parse('{"__proto__":1}') as object }],
  ])("of a name that nobody knows is refused: %s", (said, options) => {
    expect(() => made(options)).toThrow(refused(said));
  });

  test.each<[string, object]>([
    ["limits.commandMs", { limits: { commandMs: -1 } }],
    ["limits.commandMs", { limits: { commandMs: 0 } }],
    ["limits.eventMs", { limits: { eventMs: Number.NaN } }],
    ["limits.activateMs", { limits: { activateMs: "2000" } }],
    ["limits.maxDeadlineMs", { limits: { maxDeadlineMs: -Infinity } }],
    ["limits.graceMs", { limits: { graceMs: -1 } }],
    ["limits.cpu.withinMs", { limits: { cpu: { ms: 1, withinMs: 0 } } }],
    ["limits.cpu lacks withinMs", { limits: { cpu: { ms: 1 } } }],
    ["limits.cpu is an object", { limits: { cpu: 5 } }],
    ["limits.handles", { limits: { handles: 1.5 } }],
    ["limits.memoryBytes", { limits: { memoryBytes: -1 } }],
    ["limits.instances", { limits: { instances: 0 } }],
    ["limits.breaker.failures", { limits: { breaker: { failures: 0, firstMs: 1, maxMs: 1 } } }],
    ["limits.policies.memory", { limits: { policies: { memory: "throttle" } } }],
    ["limits.policies.deadline", { limits: { policies: { deadline: "ignore" } } }],
    ["limits is an object; not a Map", { limits: new Map([["commandMs", 5]]) }],
    ["limits is an object; not a Map", { limits: runInNewContext("new Map()") as object }],
    ["budgets is an object; not a Set", { budgets: new Set(["ms"]) }],
    [
      "hostMs, hostCalls, logBytes, storedBytes, documents, requests; not a Map",
      { limits: { policies: new Map() } },
    ],
  ])("of a value that it can't have is refused: %s", (said, options) => {
    expect(() => made(options)).toThrow(refused(said));
  });

  test.each<[lower: string, upper: string, limits: object]>([
    ["commandMs (60001)", "maxDeadlineMs (60000, which is not given)", { commandMs: 60_001 }],
    ["eventMs (20)", "maxDeadlineMs (10)", { eventMs: 20, maxDeadlineMs: 10 }],
    ["activateMs (Infinity)", "maxDeadlineMs", { activateMs: Infinity, maxDeadlineMs: 10 }],
    ["memoryBytes (2)", "maxMemoryBytes (1)", { memoryBytes: 2, maxMemoryBytes: 1 }],
    ["maxMemoryBytes (9)", "totalMemoryBytes (8)", { maxMemoryBytes: 9, totalMemoryBytes: 8 }],
    ["concurrency (3)", "instances (2)", { concurrency: 3, instances: 2 }],
    [
      "breaker.firstMs (2)",
      "breaker.maxMs (1)",
      { breaker: { failures: 1, firstMs: 2, maxMs: 1 } },
    ],
  ])("that contradicts another is refused, and both are named: %s", (lower, upper, limits) => {
    expect(() => made({ limits })).toThrow(refused(`limits.${lower} is over limits.${upper}`));
  });

  test("that only the default of another contradicts is kept, and that one yields", () => {
    const { limits } = manifestWith({});
    const host = limitsOf({ maxDeadlineMs: 1_000, maxMemoryBytes: 65_536, instances: 1 });
    expect(limits.commandMs).toBeUndefined();
    expect(grantedLimits(host, manifestWith({}))).toMatchObject({
      commandMs: 1_000,
      activateMs: 1_000,
      memoryBytes: 65_536,
    });
  });

  test.each<[string, object]>([
    ["budgets has no option plugins", { plugins: {} }],
    ["budgets.plugin has no option cpu", { plugin: { cpu: 1 } }],
    ["budgets.host.calls", { host: { calls: -1 } }],
    ["budgets.host.bytes", { host: { bytes: "1" } }],
    ["budgets.plugin is an object", { plugin: 5 }],
    [
      "budgets.plugin.calls (6) is over budgets.host.calls (5)",
      { plugin: { calls: 6 }, host: { calls: 5 } },
    ],
  ])("of a budget that makes no sense is refused: %s", (said, budgets) => {
    expect(() => made({ budgets })).toThrow(refused(said));
  });

  test.each<[string, unknown]>([
    ["platform", { platform: {} }],
    ["platform", { platform: undefined }],
    ["policy", { policy: "all" }],
    ["policy", { policy: undefined }],
    ["audit", { audit: () => {} }],
    ["isolation", { isolation: "caller" }],
    ["trust", { trust: "own" }],
    ["isolation or trust", { isolation: () => "caller", trust: () => "own" }],
    ["interfaces", { interfaces: {} }],
    ["limits", { limits: 5 }],
    ["limits", { limits: null }],
    ["caps has no option functionByte", { limits: { caps: { functionByte: 1 } } }],
    ["caps.functionBytes", { limits: { caps: { functionBytes: "4" } } }],
    ["there is no feature gcc; there are", { limits: { features: ["gcc"] } }],
  ])("of another kind than it should be is refused: %s", (said, options) => {
    expect(() => made(options as object)).toThrow(refused(said));
  });

  test("that is undefined is one that was not given, and times may be endless or over 24 days", () => {
    made({ audit: undefined, limits: { commandMs: undefined, cpu: undefined } });
    made({ limits: { commandMs: 40 * 86_400_000, maxDeadlineMs: Infinity, storedBytes: 0 } });
    const limits = limitsOf({
      commandMs: undefined,
      policies: { cpu: undefined },
    } as unknown as GivenLimits);
    expect(limits).toEqual(defaultLimits);
  });

  test("of a platform or a cache, too", () => {
    expect(() => nodePlatform({ sate: "x" } as object)).toThrow(refused("sate"));
    const options = { levels: [memoryLevel({ entries: 1 })], refreshEvry: 1 };
    expect(() => createCache(options as never)).toThrow(
      expect.objectContaining({ code: "cache-options" }),
    );
  });
});

test.each([0, -1, Number.NaN, "5"])(
  "a call's own deadline of %s is refused, and no plugin pays for it",
  async (deadlineMs) => {
    const made = await rig();
    made.play(() => "1");
    await made.install("test/a");
    const wrong = { deadlineMs: deadlineMs as number };
    await expect(made.host.execute("a.run", null, wrong)).rejects.toMatchObject({ code: "usage" });
    await expect(made.host.dispatch("startup", null, wrong)).rejects.toMatchObject({
      code: "usage",
    });
    expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0 });
    expect(await bystanderAnswers(made)).toBe(true);
  },
);

test.each(["yes", "false", 1, 0, null, {}])(
  "a switch that is neither true nor false (%j) is refused, and nothing is stopped or erased",
  async (wrong) => {
    const made = await rig();
    made.play(() => "1");
    await made.install("test/a");
    await made.host.execute("a.run");
    const usage = { code: "usage", message: expect.stringContaining("true or false") };
    const { host } = made;
    await expect(host.stop("test/a", { now: wrong as never })).rejects.toMatchObject(usage);
    await expect(host.disable("test/a", { cascade: wrong as never })).rejects.toMatchObject(usage);
    for (const name of ["cascade", "keepData"]) {
      const how = { [name]: wrong } as object;
      await expect(host.uninstall("test/a", how)).rejects.toMatchObject(usage);
    }
    expect(host.plugin("test/a").state).toBe("running");
    await host.stop("test/a", { now: undefined as never });
    expect(host.plugin("test/a").state).toBe("installed");
    expect(await bystanderAnswers(made)).toBe(true);
  },
);

test.each(["x", 1, {}, null, { addEventListener() {} }])(
  "a signal that is none (%j) is refused, and neither host nor plugin is harmed",
  async (wrong) => {
    const made = await rig();
    made.play(() => "1");
    await made.install("test/a");
    await made.host.execute("a.run");
    const how = { signal: wrong as unknown as AbortSignal };
    const usage = { code: "usage" };
    await expect(made.host.execute("a.run", null, how)).rejects.toMatchObject(usage);
    await expect(made.host.dispatch("startup", null, how)).rejects.toMatchObject(usage);
    await expect(made.host.install("nowhere.wasm", how)).rejects.toMatchObject(usage);
    const [outcome] = await made.host.batch([{ command: "a.run", ...how }]);
    expect(outcome).toMatchObject({ status: "rejected", reason: usage });
    expect(await made.host.execute("a.run")).toBe(1);
    expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0, starts: 1 });
    expect(await bystanderAnswers(made)).toBe(true);
  },
);

test("a command that is no text, and options of install that there are not, are refused", async () => {
  const { host } = await rig();
  const usage = { code: "usage" };
  await expect(host.execute(undefined as unknown as string)).rejects.toMatchObject(usage);
  const [outcome] = await host.batch([{ cmd: "x" } as never]);
  expect(outcome).toMatchObject({ status: "rejected", reason: usage });
  await expect(host.install("x.wasm", { replac: true } as object)).rejects.toMatchObject(usage);
  const replace = { replace: true } as object;
  for (const install of [host.install("x.wasm", replace), host.installAll("x", replace)]) {
    await expect(install).rejects.toThrow(refused('replace is "newer" or "any"; not '));
  }
});

test("a call may take longer than a timer can count", async () => {
  const made = await rig({ limits: { maxDeadlineMs: Infinity } });
  made.play(() => "1");
  await made.install("test/a");
  for (const deadlineMs of [Infinity, 2 ** 31, 40 * 86_400_000]) {
    expect(await made.host.execute("a.run", null, { deadlineMs })).toBe(1);
  }
});
