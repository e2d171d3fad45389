import fc from "fast-check";
import { expect, test } from "vitest";
import { Breaker } from "../../src/plugin/limits/breaker.ts";
import { defaultLimits } from "../../src/plugin/limits/limits.ts";
import { InterfaceAccount } from "../../src/plugin/limits/interface-account.ts";
import { TokenBucket } from "../../src/plugin/limits/token-bucket.ts";

interface Step {
  readonly ms: number;
  readonly takes: number;
}

const steps = fc.array(fc.record({ ms: fc.nat({ max: 3_000 }), takes: fc.nat({ max: 400 }) }), {
  maxLength: 60,
});

// As the gate asks: one call at a time, of shares that were taken out of the bucket at once.
function account(perSecond: number, now: () => number): InterfaceAccount {
  const breaker = new Breaker(defaultLimits.breaker, { now, random: () => 0 });
  return new InterfaceAccount(new TokenBucket(perSecond, now), breaker);
}

// When each call that was let through was made.
function granted(perSecond: number, script: readonly Step[]): readonly number[] {
  let now = 500;
  const calls = account(perSecond, () => now);
  const at: number[] = [];
  for (const { ms, takes } of script) {
    now += ms;
    for (let i = 0; i < takes; i++) if (calls.admits()) at.push(now);
  }
  return at;
}

test("no stretch of time lets more through than the rate, a second's worth and a share", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), steps, (perSecond, script) => {
      const at = granted(perSecond, script);
      // Of takes at one moment the first and the last bound all stretches.
      const bounds = at.flatMap((moment, index) =>
        moment === at[index - 1] && moment === at[index + 1] ? [] : [index],
      );
      let excess = 0;
      for (const first of bounds) {
        for (const last of bounds) {
          if (last < first) continue;
          const most = perSecond * (1 + (at[last]! - at[first]!) / 1000) + 64;
          excess = Math.max(excess, last - first + 1 - most);
        }
      }
      expect(excess).toBeLessThan(1e-6);
    }),
  );
});

test("who keeps below the rate is never turned away", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 500 }),
      fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 80 }),
      (perSecond, pauses) => {
        let now = 0;
        const calls = account(perSecond, () => now);
        let refused = 0;
        for (const pause of pauses) {
          now += pause;
          const takes = Math.floor((pause * perSecond) / 1000);
          for (let i = 0; i < Math.min(takes, perSecond); i++) if (!calls.admits()) refused++;
        }
        expect(refused).toBe(0);
      },
    ),
  );
});

test("says how long to wait, and lets the next one through then and not before", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), (perSecond) => {
      let now = 0;
      const calls = account(perSecond, () => now);
      while (calls.admits());
      const wait = calls.waitMs;
      expect(wait).toBeGreaterThan(0);
      now = wait * 0.9;
      expect(calls.admits()).toBe(false);
      now = wait + 1e-6;
      expect(calls.admits()).toBe(true);
    }),
  );
});
