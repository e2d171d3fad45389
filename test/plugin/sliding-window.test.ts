import fc from "fast-check";
import { expect, test } from "vitest";
import { SlidingWindow } from "../../src/plugin/limits/sliding-window.ts";

const WITHIN = 6_000;
const STEP = WITHIN / 60;

const script = fc.array(
  fc.record({ ms: fc.nat({ max: 9_000 }), amount: fc.integer({ min: 1, max: 500 }) }),
  { minLength: 1, maxLength: 80 },
);

test("sums what was added within the window, give or take a step", () => {
  fc.assert(
    fc.property(script, fc.nat({ max: 9_000 }), (steps, later) => {
      const window = new SlidingWindow(WITHIN);
      const added: { at: number; amount: number }[] = [];
      let now = 123;
      for (const { ms, amount } of steps) {
        now += ms;
        window.add(now, amount);
        added.push({ at: now, amount });
      }
      now += later;
      const since = (age: number): number =>
        added.filter(({ at }) => now - at < age).reduce((sum, { amount }) => sum + amount, 0);
      const sum = window.sum(now);
      expect(sum).toBeGreaterThanOrEqual(since(WITHIN - STEP));
      expect(sum).toBeLessThanOrEqual(since(WITHIN));
    }),
  );
});

test("says when there is room again: then there is, and a moment before there is none", () => {
  fc.assert(
    fc.property(script, fc.integer({ min: 1, max: 3_000 }), (steps, most) => {
      const window = new SlidingWindow(WITHIN);
      let now = 0;
      for (const { ms, amount } of steps) {
        now += ms;
        window.add(now, amount);
      }
      const wait = window.waitMs(now, most);
      if (wait > 0) expect(window.sum(now + wait - 0.01)).toBeGreaterThanOrEqual(most);
      expect(window.sum(now + wait)).toBeLessThan(most);
    }),
  );
});

test("there is never room for nothing", () => {
  expect(new SlidingWindow(WITHIN).waitMs(0, 0)).toBe(Infinity);
});
