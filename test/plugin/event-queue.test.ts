import { expect, test } from "vitest";
import type { Caller } from "../../src/interfaces/define.ts";
import type { Timers } from "../../src/platform/clock.ts";
import { EventQueue } from "../../src/plugin/calls/event-queue.ts";

test("what one plugin's events hold is bounded, and others' are taken all the same", async () => {
  let run: () => void = () => {};
  const timers: Timers = {
    after: (_, callback) => {
      run = callback;
      return { [Symbol.dispose]: () => {} };
    },
  };
  const queue = new EventQueue(timers, () => Promise.resolve());
  const [rogue, bystander] = [
    { plugin: "test/rogue" } as Caller,
    { plugin: "test/bystander" } as Caller,
  ];
  const payload = JSON.stringify("x".repeat(60 * 1024));
  let taken = 0;
  while (queue.emit(rogue, "more", payload)) taken++;
  expect(taken * payload.length).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect((taken + 1) * payload.length).toBeGreaterThan(4 * 1024 * 1024);
  expect(queue.emit(bystander, "more", payload)).toBe(true);
  queue.release(rogue);
  run();
  await new Promise((resolve) => void setTimeout(resolve, 0));
  expect(queue.emit(rogue, "more", payload)).toBe(true);
});
