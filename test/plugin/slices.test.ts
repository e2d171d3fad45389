import { expect, test } from "vitest";
import type { Steps } from "../../src/component/decode/steps.ts";
import { Slices } from "../../src/plugin/package/slices.ts";

const STEP_MS = 2;

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

// An event loop that turns when the test says so.
class Loop {
  #turns: (() => void)[] = [];

  readonly letOthersRun = (): Promise<void> =>
    new Promise((resolve) => void this.#turns.push(resolve));

  get waited(): number {
    return this.#turns.length;
  }

  // Turns until `what` has settled.
  async until<Value>(what: Promise<Value>): Promise<Value> {
    let settled = false;
    const end = (): void => void (settled = true);
    what.then(end, end);
    for (let turns = 0; !settled && turns < 1_000; turns++) await this.turn();
    return await what;
  }

  async turn(): Promise<void> {
    const turns = this.#turns;
    this.#turns = [];
    for (const go of turns) go();
    // Everything that follows from it.
    for (let turns = 0; turns < 200; turns++) await Promise.resolve();
  }
}

function* working(steps: number, log: number[], nth: number): Steps<number> {
  for (let step = 0; step < steps; step++) {
    spin(STEP_MS);
    log.push(nth);
    yield;
  }
  return nth;
}

test("what fits into a slice is done at once", async () => {
  const loop = new Loop();
  const log: number[] = [];
  function* quick(): Steps<number> {
    log.push(7);
    yield;
    return 7;
  }
  const running = new Slices(loop.letOthersRun).run(quick());
  expect(log).toEqual([7]);
  expect(await running).toBe(7);
});

test("together they take a slice and a step at a time, in the order in which they came", async () => {
  const loop = new Loop();
  const slices = new Slices(loop.letOthersRun);
  const log: number[] = [];
  const all = Array.from({ length: 20 }, (_, nth) => slices.run(working(4, log, nth)));
  const ended = Promise.all(all);
  let before = 0;
  for (let turns = 0; log.length < 80; turns++) {
    expect(turns).toBeLessThan(100);
    // A slice of 5 ms begins a third step of 2 ms.
    expect(log.length - before).toBeLessThanOrEqual(3);
    before = log.length;
    expect(loop.waited).toBe(1);
    await loop.turn();
  }
  expect(await loop.until(ended)).toEqual(Array.from({ length: 20 }, (_, nth) => nth));
  // Whoever waits longest goes first: nobody is two turns behind another.
  const firsts = Array.from({ length: 20 }, (_, nth) => log.indexOf(nth));
  expect(firsts).toEqual(firsts.toSorted((one, other) => one - other));
});

test("one that fails lets the others go on", async () => {
  const loop = new Loop();
  const slices = new Slices(loop.letOthersRun);
  const log: number[] = [];
  function* failing(): Steps<number> {
    spin(6);
    yield;
    throw new Error("broken");
  }
  const broken = slices.run(failing()).catch((error: unknown) => error);
  const other = slices.run(working(2, log, 1));
  expect(await loop.until(other)).toBe(1);
  expect(await broken).toMatchObject({ message: "broken" });
});
