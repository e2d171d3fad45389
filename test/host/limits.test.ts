import { describe, expect, test } from "vitest";
import { defaultLimits, defineInterface } from "../../src/index.ts";
import { HostFault } from "../../src/plugin/gate/host-fault.ts";
import { HeldUp } from "../../src/plugin/limits/held-up.ts";
import { gateInterface } from "../../src/plugin/gate/gate.ts";
import { AnswerCache } from "../../src/plugin/gate/answer-cache.ts";
import { grantedLimits, limitsOf } from "../../src/plugin/limits/limits.ts";
import { Telemetry } from "../../src/telemetry/events.ts";
import { Meter } from "../../src/telemetry/meter.ts";
import type { HostEvent } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { ManualTime } from "../manual-time.ts";
import { bystanderAnswers, rig } from "./rig.ts";
import { manifestWith, testAllowance } from "./test-allowance.ts";
import { callerOf } from "../identity/ours.ts";

const calm = { crashes: { crashes: 1_000, withinMs: 1 } };

test("a manifest narrows what the host gives, and never widens it but for memory and deadlines", () => {
  const asked = { handles: 7, documents: 1_000_000, memoryMiB: 128, commandMs: 599_000, cpuMs: 5 };
  const granted = grantedLimits(limitsOf({ documents: 3 }), manifestWith(asked));
  expect(granted).toMatchObject({
    handles: 7,
    documents: 3,
    memoryBytes: 128 * 1024 * 1024,
    commandMs: 60_000,
    cpu: { ms: 5, withinMs: 60_000 },
    requests: defaultLimits.requests,
  });
});

test("what one call hands to the host has an end: the instance is stopped, and says by which limit", async () => {
  const made = await rig({ limits: { ...calm, liftedBytes: 1_000 } });
  await made.install("test/a");
  made.play(() => JSON.stringify("x".repeat(2_000)));
  const error = await failure("limit-lifted", () => made.host.execute("a.run"));
  expect(error.data).toEqual({ limit: "liftedBytes", value: 1_000 });
  expect(made.told("limit")).toMatchObject([
    { plugin: "test/a", limit: "liftedBytes", value: 1_000, then: "stop", times: 1 },
  ]);
  made.play(() => "1");
  expect(await made.host.execute("a.run")).toBe(1);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("the policy may be to disable the plugin", async () => {
  const made = await rig({ limits: { liftedBytes: 1_000, policies: { liftedBytes: "disable" } } });
  await made.install("test/a");
  made.play(() => JSON.stringify("x".repeat(2_000)));
  await failure("limit-lifted", () => made.host.execute("a.run"));
  await failure("plugin-disabled", () => made.host.execute("a.run"));
  expect(made.told("limit")).toMatchObject([{ then: "disable" }]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("there are so many running plugins: the longest idle one goes, and comes back with its next event", async () => {
  const made = await rig({ limits: { instances: 2 }, bystander: false });
  made.play(() => "1");
  for (const name of ["a", "b", "c"]) await made.install(`test/${name}`);
  for (const name of ["a", "b", "c"]) expect(await made.host.execute(`${name}.run`)).toBe(1);
  expect(made.host.usage().instances).toBe(2);
  expect(made.told("stopped")).toEqual([{ tag: "stopped", plugin: "test/a", reason: "idle" }]);
  expect(await made.host.execute("a.run")).toBe(1);
  expect(made.host.plugin("test/b").state).toBe("installed");
});

test("with nobody idle one more plugin is refused, which is no crash", async () => {
  const made = await rig({ limits: { instances: 1 }, bystander: false });
  const { promise, resolve } = Promise.withResolvers<string>();
  made.play((plugin, what) => (plugin === "test/a" && what === "run" ? promise : "1"));
  await made.install("test/a");
  await made.install("test/b");
  const busy = made.host.execute("a.run");
  const error = await failure("limit-instances", () => made.host.execute("b.run"));
  expect(error.data).toEqual({ limit: "instances", value: 1 });
  resolve("2");
  expect(await busy).toBe(2);
  expect(await made.host.execute("b.run")).toBe(1);
  expect(made.host.plugin("test/b").crashes).toBe(0);
});

test("who fails time and again is left alone for a while, then tried once", async () => {
  const time = new ManualTime();
  const made = await rig({
    platform: { clock: time, timers: time, entropy: { bytes: (n) => new Uint8Array(n) } },
    limits: { ...calm, breaker: { failures: 3, firstMs: 1_000, maxMs: 60_000 } },
  });
  made.play((_, what) => (what === "run" ? "!" : ""));
  await made.install("test/a");
  for (let n = 0; n < 3; n++) await failure("plugin-crashed", () => made.host.execute("a.run"));
  const error = await failure("plugin-failing", () => made.host.execute("a.run"));
  expect(error.data).toEqual({ waitMs: 1_000 });
  await time.pass(1_000);
  await failure("plugin-crashed", () => made.host.execute("a.run"));
  await failure("plugin-failing", () => made.host.execute("a.run"));
  await time.pass(2_000);
  made.play(() => "1");
  expect(await made.host.execute("a.run")).toBe(1);
  expect(made.told("breaker").map(({ state }) => state)).toEqual([
    "open",
    "half-open",
    "open",
    "half-open",
    "closed",
  ]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a call has the deadline that its caller gives it, and a host function is told to give up", async () => {
  const time = new ManualTime();
  let signal: AbortSignal | undefined;
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    functions: { step: { waits: true } },
    implement: (context) => ({
      step: (what: string) => {
        signal = context.signal;
        return what === "run" ? new Promise<string>(() => undefined) : "";
      },
    }),
  });
  const made = await rig({ platform: { clock: time, timers: time }, script, bystander: false });
  await made.install("test/a");
  // It waits for the application's interface, which is what is late.
  const late = failure("interface-failed", () =>
    made.host.execute("a.run", null, { deadlineMs: 50 }),
  );
  await time.pass(40);
  expect(signal?.aborted).toBe(false);
  await time.pass(20);
  expect((await late).data).toMatchObject({ why: "late", deadlineMs: 50 });
  expect(signal?.aborted).toBe(true);
});

test("a caller may give up on any call", async () => {
  const { host, install } = await rig();
  await install("test/a");
  const signal = AbortSignal.abort();
  await failure("call-aborted", () => host.dispatch("startup", null, { signal }));
  await failure("call-aborted", () => host.disable("test/a", { signal }));
  await failure("call-aborted", () => host.stop("test/a", { signal }));
  await failure("command-cancelled", () => host.execute("a.run", null, { signal }));
  expect(host.plugin("test/a").state).toBe("installed");
});

test("what a plugin used is counted, and its budget rings at 80 % and at its end", async () => {
  const made = await rig({ budgets: { plugin: { calls: 5 }, host: { calls: 100 } } });
  made.play(() => "1");
  await made.install("test/a");
  for (let n = 0; n < 6; n++) await made.host.execute("a.run");
  const usage = made.host.usage("test/a");
  expect(usage).toMatchObject({ name: "test/a", state: "running", restarts: 0, refusals: 0 });
  expect(usage.calls).toBeGreaterThanOrEqual(6);
  expect(usage.memoryBytes).toBeGreaterThan(0);
  expect(usage.peakMemoryBytes).toBeGreaterThanOrEqual(usage.memoryBytes);
  expect(usage.interfaces["acme:test/script@1.0.0"]?.out).toBeGreaterThan(0);
  expect(made.host.usage().calls).toBe(usage.calls);
  expect(made.told("budget").map(({ used }) => used)).toEqual([4, 5]);
});

describe("the gate", () => {
  function gate(
    allowance: ReturnType<typeof testAllowance>["allowance"],
    telemetry: Telemetry,
    clock: () => number = () => 0,
  ) {
    const script = { fail: false };
    const definition = defineInterface({
      name: "acme:test/lamp@1.0.0",
      implement: () => ({}),
    });
    const calls = { made: 0 };
    const meter = new Meter();
    const implementation = {
      press: () => {
        calls.made++;
        if (script.fail) throw new Error("broken");
        return 1;
      },
    };
    const gated = gateInterface(definition, ["press"], implementation, {
      caller: callerOf("test/a"),
      authority: {
        may: () => ({ allowed: true, scope: {} }),
        permit: () => ({ allowed: true }),
      },
      meter,
      telemetry,
      clock: { monotonic: clock },
      timers: { after: () => ({ [Symbol.dispose]: () => undefined }) },
      allowance,
      patience: { hold: () => undefined, release: () => undefined },
      answers: new AnswerCache({ entries: 1, bytes: 1 }, { now: () => 0 }),
      component: "sha256:a",
      own: () => () => undefined,
      heldUp: new HeldUp({ monotonic: () => 0 }),
      said: () => undefined,
    });
    return { press: gated["press"] as () => number, script, calls, meter };
  }

  test("lets so many calls a second through, and tells of the rest once a second", () => {
    const time = { now: 0 };
    const events: HostEvent[] = [];
    const telemetry = new Telemetry();
    telemetry.on((event) => void events.push(event));
    const now = (): number => time.now;
    const { allowance } = testAllowance({ limits: { hostCallsPerSecond: 100 }, now, telemetry });
    const { press, calls } = gate(allowance, telemetry);
    for (let n = 0; n < 100; n++) expect(press()).toBe(1);
    for (let n = 0; n < 50; n++) expect(press).toThrow(HostFault);
    expect(calls.made).toBe(100);
    time.now = 1_000;
    expect(press()).toBe(1);
    const limits = events.filter(({ tag }) => tag === "limit");
    expect(limits).toMatchObject([{ limit: "hostCalls", value: 100, then: "refuse", times: 1 }]);
  });

  test("times one call in 64, which stands for those before it", () => {
    const time = { now: 0 };
    const { allowance } = testAllowance({ now: () => time.now });
    // Each timed call takes a millisecond: the clock moves where it is looked at.
    const { press, meter } = gate(allowance, new Telemetry(), () => time.now++);
    press();
    expect(meter.sampledMs).toBe(1);
    for (let n = 1; n < 64; n++) press();
    expect(meter.sampledMs).toBe(1);
    press();
    expect(meter.sampledMs).toBe(65);
    for (let n = 65; n < 10_000; n++) press();
    expect(Math.abs(meter.sampledMs - 10_000)).toBeLessThan(64);
  });

  test("leaves an interface alone that fails the plugin time and again", () => {
    const time = { now: 0 };
    const { allowance } = testAllowance({ now: () => time.now });
    const { press, script, calls } = gate(allowance, new Telemetry());
    script.fail = true;
    for (let n = 0; n < 9; n++) expect(press).toThrow(HostFault);
    expect(calls.made).toBe(5);
    script.fail = false;
    time.now = 1_000;
    expect(press()).toBe(1);
    expect(press()).toBe(1);
  });

  test("notices failures among calls that it does not look at closely", () => {
    const { allowance } = testAllowance();
    const { press, script, calls } = gate(allowance, new Telemetry());
    for (let n = 0; n < 10; n++) expect(press()).toBe(1);
    script.fail = true;
    for (let n = 0; n < 4; n++) expect(press).toThrow(HostFault);
    script.fail = false;
    expect(press()).toBe(1);
    // A good call does not make up for what failed before it; a turn that ended well does.
    allowance.turnEndedWell();
    script.fail = true;
    for (let n = 0; n < 4; n++) expect(press).toThrow(HostFault);
    script.fail = false;
    expect(press()).toBe(1);
    script.fail = true;
    for (let n = 0; n < 9; n++) expect(press).toThrow(HostFault);
    expect(calls.made).toBe(10 + 4 + 1 + 4 + 1 + 1);
  });
});

test("running time is counted over a window that moves on", () => {
  const time = { now: 0 };
  const cpu = { ms: 100, withinMs: 6_000 };
  const { allowance } = testAllowance({ limits: { cpu }, now: () => time.now });
  allowance.ran(60);
  expect([allowance.cpuLeftMs, allowance.waitMs("cpu")]).toEqual([40, 0]);
  time.now = 3_000;
  allowance.ran(60);
  expect(allowance.cpuLeftMs).toBe(0);
  time.now += allowance.waitMs("cpu");
  expect(allowance.cpuLeftMs).toBe(40);
});
