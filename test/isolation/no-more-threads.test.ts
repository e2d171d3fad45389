import { expect, test } from "vitest";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import { systemClock, systemTimers } from "../../src/platform/node/system.ts";
import type { ThreadSource } from "../../src/platform/threads.ts";
import { arithmetic } from "../conformance/engine-guests.ts";
import { nearThreads } from "./near-thread.ts";

type Add = { add(a: number, b: number): Promise<number> };

test("where no more threads can be had, those that there are do the work of all", async () => {
  let started = 0;
  const scarce: ThreadSource = {
    ...nearThreads,
    start: () => {
      if (++started > 1) throw new RangeError("could not allocate memory");
      return nearThreads.start();
    },
  };
  await using pool = new GuestPool({
    threads: scarce,
    timers: systemTimers,
    clock: systemClock,
    size: 3,
  });
  const bytes = await arithmetic();
  const instances = [];
  for (const digest of ["a", "b", "c"]) {
    const component = await pool.compile(bytes, { digest });
    instances.push(await component.instantiate({}), await component.instantiate({}));
  }
  const answers = instances.map(({ exports }) => (Object.values(exports)[0] as Add).add(2, 3));
  expect(await Promise.all(answers)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(started).toBeGreaterThan(3);
});

test("where not one thread can be had, it is an error with a code", async () => {
  const none: ThreadSource = {
    ...nearThreads,
    start: () => {
      throw new RangeError("could not allocate memory");
    },
  };
  await using pool = new GuestPool({
    threads: none,
    timers: systemTimers,
    clock: systemClock,
    size: 2,
  });
  const compiled = pool.compile(await arithmetic(), {});
  await expect(compiled).rejects.toMatchObject({ code: "isolate-failed" });
});
