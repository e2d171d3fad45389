import fc from "fast-check";
import { expect, test } from "vitest";
import { Breaker, type BreakerState } from "../../src/plugin/limits/breaker.ts";

const limit = { failures: 3, firstMs: 1_000, maxMs: 8_000 };

function made(random = () => 0) {
  const clock = { now: 0 };
  const changes: string[] = [];
  const breaker: Breaker = new Breaker(limit, {
    now: () => clock.now,
    random,
    changed: ({ tag }: BreakerState) => void changes.push(tag),
  });
  return { breaker, clock, changes };
}

test("opens after so many failures in a row, and lets one trial through when its time is up", () => {
  const { breaker, clock, changes } = made();
  for (let n = 0; n < 3; n++) {
    expect(breaker.admits()).toBe(true);
    breaker.failed();
  }
  expect(breaker.waitMs).toBe(1_000);
  expect(breaker.admits()).toBe(false);
  clock.now = 1_000;
  expect(breaker.admits()).toBe(true);
  expect(breaker.admits()).toBe(false);
  breaker.succeeded();
  expect(breaker.admits()).toBe(true);
  expect(breaker.troubled).toBe(false);
  expect(changes).toEqual(["open", "half-open", "closed"]);
});

test("a success in between starts the count anew", () => {
  const { breaker, changes } = made();
  for (let n = 0; n < 10; n++) {
    breaker.failed();
    breaker.failed();
    breaker.succeeded();
  }
  expect(changes).toEqual([]);
});

test("a trial that came to nothing is the next one's", () => {
  const { breaker, clock } = made();
  for (let n = 0; n < 3; n++) breaker.failed();
  clock.now = 1_000;
  expect(breaker.admits()).toBe(true);
  breaker.withdrawn();
  expect(breaker.admits()).toBe(true);
});

test("a trial that went well so far lets others through, and one more failure opens it for longer", () => {
  const { breaker, clock, changes } = made();
  for (let n = 0; n < 3; n++) breaker.failed();
  clock.now = 1_000;
  expect(breaker.admits()).toBe(true);
  breaker.promising();
  expect([breaker.admits(), breaker.admits(), breaker.troubled]).toEqual([true, true, true]);
  breaker.failed();
  expect([breaker.admits(), breaker.waitMs]).toEqual([false, 2_000]);
  clock.now = 3_000;
  expect(breaker.admits()).toBe(true);
  breaker.promising();
  breaker.succeeded();
  expect(breaker.troubled).toBe(false);
  expect(changes).toEqual(["open", "half-open", "closed", "open", "half-open", "closed"]);
  for (let n = 0; n < 2; n++) breaker.failed();
  expect(breaker.admits()).toBe(true);
});

test("each failed trial doubles the pause, up to its end, and chance lengthens it by half at most", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 12 }),
      (chances) => {
        let n = 0;
        const { breaker, clock } = made(() => chances[n++ % chances.length]!);
        for (let i = 0; i < 3; i++) breaker.failed();
        for (let trial = 0; trial < chances.length; trial++) {
          const pause = Math.min(1_000 * 2 ** trial, 8_000);
          expect(breaker.waitMs).toBeGreaterThanOrEqual(pause - 1e-6);
          expect(breaker.waitMs).toBeLessThanOrEqual(pause * 1.5 + 1e-6);
          clock.now += breaker.waitMs;
          expect(breaker.admits()).toBe(true);
          breaker.failed();
        }
      },
    ),
  );
});

test("whatever happens, at most one is let through between failing and recovering", () => {
  const event = fc.oneof(
    fc.constant("ask" as const),
    fc.constant("ok" as const),
    fc.constant("fail" as const),
    fc.constant("wait" as const),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const { breaker, clock } = made();
      let under = 0;
      for (const happened of events) {
        if (happened === "wait") clock.now += 700;
        else if (happened === "ask") {
          const before = breaker.state.tag;
          if (!breaker.admits()) continue;
          under++;
          if (before !== "closed") expect(breaker.state.tag).toBe("half-open");
        } else if (under > 0) {
          under--;
          if (happened === "ok") breaker.succeeded();
          else breaker.failed();
          if (breaker.state.tag === "half-open") expect(breaker.admits()).toBe(false);
        }
      }
    }),
  );
});
