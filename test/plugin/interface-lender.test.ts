import { expect, test } from "vitest";
import * as fc from "fast-check";
import type { Lease } from "../../src/component/lent.ts";
import { defineInterface } from "../../src/interfaces/define.ts";
import { InterfaceLender } from "../../src/plugin/gate/interface-lender.ts";
import { Meter } from "../../src/telemetry/meter.ts";
import { Telemetry } from "../../src/telemetry/events.ts";
import { testAllowance } from "../host/test-allowance.ts";

// A lender, and the thread that it lends to.
function lending(hostCallsPerSecond = 6_400, first = 0) {
  let now = 0;
  let changed = (): void => undefined;
  let watched = 0;
  const telemetry = new Telemetry();
  const { allowance } = testAllowance({
    limits: { hostCallsPerSecond },
    now: () => now,
    telemetry,
  });
  const meter = new Meter();
  const permit = { allowed: true };
  const clock = { now: () => 0, monotonic: () => now };
  const definition = defineInterface({
    name: "acme:test/time@1.0.0",
    capability: { name: "time", covers: () => true } as never,
    functions: { "monotonic-us": { local: true } },
    local: { tag: "clock", clock },
    implement: () => ({}) as Record<string, unknown>,
  });
  const lender = new InterfaceLender(definition as never, {
    plugin: "test/a",
    authority: {
      permit: () => permit,
      watch: (_, then) => {
        changed = then;
        watched++;
        return () => void watched--;
      },
    },
    allowance,
    meter,
    telemetry,
    clock,
  });
  const lease: Lease & { used: number; bytes: number } = {
    used: first,
    bytes: first,
    limit: 0,
    ahead: false,
  };
  lender.begin(lease);
  return {
    lender,
    lease,
    meter,
    telemetry,
    account: allowance.account(definition.name),
    permit,
    pass: (ms: number) => void (now += ms),
    changed: () => changed(),
    watched: () => watched,
    // Whether the thread answered by itself.
    call: (bytes = 0): boolean => {
      if (((lease.limit - lease.used) | 0) <= 0) {
        if (!allowance.account(definition.name).admits()) return false;
        meter.hostCalls++;
        if (permit.allowed) lender.asked();
        return false;
      }
      lease.used = (lease.used + 1) >>> 0;
      lease.bytes = (lease.bytes + bytes) >>> 0;
      return true;
    },
  };
}

test("nothing is lent before the gate was asked, then a 64th of a second's calls, again and again", () => {
  const { call, meter, lender } = lending();
  expect(call()).toBe(false);
  let inside = 0;
  for (let nth = 1; nth < 1_000; nth++) if (call()) inside++;
  expect(inside).toBe(990);
  lender.settle();
  expect(meter.hostCalls).toBe(1_000);
});

test.each(["grants", "traces"])("what was lent is taken back when the %s change", (what) => {
  const { call, changed, permit, telemetry, account, lease } = lending();
  call();
  expect(call()).toBe(true);
  if (what === "grants") {
    permit.allowed = false;
    changed();
  } else telemetry.on(() => undefined, { hostCalls: true });
  expect(lease.limit).toBe(lease.used);
  for (let nth = 0; nth < 10; nth++) expect(call()).toBe(false);
  // What was not used is the plugin's again: it has all of its second, but for what it called.
  let left = 0;
  while (account.admits()) left++;
  expect(left).toBe(6_400 - 12);
});

test("nothing is lent past the end of an instance, and nobody is watched any more", () => {
  const { call, lender, watched, meter } = lending();
  call();
  call(5);
  lender[Symbol.dispose]();
  expect(call()).toBe(false);
  expect(call()).toBe(false);
  expect(watched()).toBe(0);
  expect(meter.hostCalls).toBe(4);
});

test("an interface that is in trouble, or that may be called but seldom, is asked each time", () => {
  const seldom = lending(63);
  const troubled = lending();
  troubled.account.failed();
  for (let nth = 0; nth < 20; nth++) {
    expect(seldom.call()).toBe(false);
    expect(troubled.call()).toBe(false);
  }
});

test("who went over a limit waits for each call, for a second", () => {
  const { lender, lease, pass } = lending();
  expect(lease.ahead).toBe(true);
  lender.slow();
  expect(lease.ahead).toBe(false);
  pass(999);
  lender.asked();
  expect(lease.ahead).toBe(false);
  pass(1);
  lender.asked();
  expect(lease.ahead).toBe(true);
});

test("whatever happens, each call is counted once, and no more are let through than may be", () => {
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.record({ calls: fc.nat(300) }) },
    fc.record({ pass: fc.nat(50) }),
    fc.constant("changed" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, first) => {
      // Near where the counts go round, too.
      const { call, pass, changed, meter, lender, account, lease } = lending(
        640,
        (2 ** 32 - 1 - (first % 2_000)) >>> 0,
      );
      const started = lease.used;
      let ms = 0;
      for (const one of steps) {
        if (one === "changed") changed();
        else if ("pass" in one) {
          pass(one.pass);
          ms += one.pass;
        } else {
          for (let nth = 0; nth < one.calls; nth++) call(3);
        }
      }
      lender.settle();
      const inside = (lease.used - started) >>> 0;
      expect(account.in).toBe(inside * 3);
      expect(meter.hostCalls).toBeLessThanOrEqual(640 * (1 + ms / 1000) + 64 + 10);
      expect(meter.hostCalls).toBeGreaterThanOrEqual(inside);
    }),
  );
});
