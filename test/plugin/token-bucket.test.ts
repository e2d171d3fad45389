import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "../../src/plugin/token-bucket.ts";

interface Step {
  readonly ms: number;
  readonly takes: number;
}

const steps = fc.array(fc.record({ ms: fc.nat({ max: 3_000 }), takes: fc.nat({ max: 400 }) }), {
  maxLength: 60,
});

/// When each take that was let through was made.
function granted(perSecond: number, script: readonly Step[]): readonly number[] {
  let now = 500;
  const bucket = new TokenBucket(perSecond, () => now);
  const at: number[] = [];
  for (const { ms, takes } of script) {
    now += ms;
    for (let i = 0; i < takes; i++) if (bucket.take()) at.push(now);
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
        const bucket = new TokenBucket(perSecond, () => now);
        let refused = 0;
        for (const pause of pauses) {
          now += pause;
          const takes = Math.floor((pause * perSecond) / 1000);
          for (let i = 0; i < Math.min(takes, perSecond); i++) if (!bucket.take()) refused++;
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
      const bucket = new TokenBucket(perSecond, () => now);
      while (bucket.take());
      const wait = bucket.waitMs;
      expect(wait).toBeGreaterThan(0);
      now = wait * 0.9;
      expect(bucket.take()).toBe(false);
      now = wait + 1e-6;
      expect(bucket.take()).toBe(true);
    }),
  );
});
