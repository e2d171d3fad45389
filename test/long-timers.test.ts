import { describe, expect, test } from "vitest";
import { longTimers, type OneTimer } from "../src/long-timers.ts";
import { createCache, memoryLevel } from "../src/cache/index.ts";
import { TenonError } from "../src/errors.ts";

const DAY = 86_400_000;

// Timers of a platform: 32 bits, and what is longer fires at once.
function platform() {
  let now = 0;
  const pending: { at: number; callback: () => void; unref: boolean }[] = [];
  const timers: OneTimer = {
    after(ms, callback) {
      const entry = { at: now + (ms > 2 ** 31 - 1 ? 1 : ms), callback, unref: false };
      pending.push(entry);
      const drop = (): void => void pending.splice(pending.indexOf(entry), 1);
      return { [Symbol.dispose]: drop, unref: () => void (entry.unref = true) };
    },
  };
  const pass = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const next = pending.toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > end) break;
      now = next.at;
      pending.splice(pending.indexOf(next), 1);
      next.callback();
    }
    now = end;
  };
  return { timers, pending, pass };
}

describe("a time", () => {
  test.each([0, 1, 2 ** 31 - 1, 2 ** 31, 30 * DAY, 1_000 * DAY])("of %i ms is that long", (ms) => {
    const { timers, pass } = platform();
    let fired = 0;
    longTimers(timers).after(ms, () => fired++);
    if (ms > 0) pass(ms - 1);
    expect(fired).toBe(0);
    pass(1);
    expect(fired).toBe(1);
    pass(3_000 * DAY);
    expect(fired).toBe(1);
  });

  test("that is endless never comes, and one that was called off neither, in any piece", () => {
    const { timers, pending, pass } = platform();
    let fired = 0;
    const never = longTimers(timers).after(Infinity, () => fired++);
    never[Symbol.dispose]();
    const long = longTimers(timers).after(100 * DAY, () => fired++);
    pass(60 * DAY);
    long[Symbol.dispose]();
    expect(pending).toEqual([]);
    pass(1_000 * DAY);
    expect(fired).toBe(0);
  });

  test.each([-1, Number.NaN, -Infinity])("of %d is refused", (ms) => {
    const { timers } = platform();
    expect(() => longTimers(timers).after(ms, () => {})).toThrow(TenonError);
  });

  test("of a cache's keeps no process alive, in any piece", () => {
    const { timers, pending, pass } = platform();
    createCache({ levels: [memoryLevel({ entries: 1 })], timers, refreshEvery: 40 * DAY });
    expect(pending.every(({ unref }) => unref)).toBe(true);
    pass(30 * DAY);
    expect(pending.length).toBeGreaterThan(0);
    expect(pending.every(({ unref }) => unref)).toBe(true);
  });
});
