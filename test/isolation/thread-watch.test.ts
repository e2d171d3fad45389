import { expect, test } from "vitest";
import { ThreadWatch } from "../../src/isolation/remote/thread-watch.ts";

const LOOK = 50;

// A thread that says nothing and gets `share` of the processor. Answers after how many milliseconds it counts as stuck.
function stuckAfter(share: number | undefined, limit = 5_000): number {
  let now = 0;
  let due: (() => void) | undefined;
  let stuckAt = Infinity;
  const watch = new ThreadWatch({
    after: (_, callback) => {
      due = callback;
      return { [Symbol.dispose]: () => {} };
    },
    mayAnswer: () => true,
    signs: () => 0,
    waitedFor: () => true,
    ranMs: () => (share === undefined ? undefined : now * share),
    patienceMs: () => 200,
    ping: () => {},
    stuck: () => void (stuckAt = Math.min(stuckAt, now)),
    goesOn: () => {},
  });
  watch.begin();
  while (stuckAt === Infinity && now < limit) {
    now += LOOK;
    due?.();
  }
  watch[Symbol.dispose]();
  return stuckAt;
}

test("a thread that works and says nothing is stuck after its time", () => {
  expect(stuckAfter(1)).toBe(200);
  expect(stuckAfter(undefined)).toBe(200);
});

test("one that is kept from the processor by others gets the time that it needs to answer", () => {
  expect(stuckAfter(0.5)).toBe(400);
  expect(stuckAfter(0.25)).toBe(800);
});

test("one that stands still without working is noticed, too", () => {
  expect(stuckAfter(0)).toBe(1_000);
});
