import { expect, test } from "vitest";
import { RunTime } from "../../src/isolation/guest/run-time.ts";
import { randomFrom } from "../seeded-random.ts";

// Milliseconds that are charged at most beyond what a guest ran.
const BEYOND = 1;

test("a guest is charged for what it ran, however long it waited for a processor", () => {
  const random = randomFrom(0x13);
  const most = (ms: number): number => random() ** 4 * ms;
  const clock = { wall: 1_000, processor: 77 };
  const time = new RunTime({ now: () => clock.wall, processor: () => clock.processor });
  const runs = (ms: number): void => {
    clock.wall += ms;
    clock.processor += ms;
  };
  for (let left = 20_000; left > 0; left--) {
    // Other work of the thread, and sleep.
    runs(most(20));
    clock.wall += most(50);
    time.begin(clock.wall);
    let [ran, waited] = [0, 0];
    for (let looks = 1 + Math.floor(random() * 4); looks > 0; looks--) {
      const [more, kept] = [most(10), most(100)];
      runs(more);
      clock.wall += kept;
      ran += more;
      waited += kept;
      const charged = time.until(clock.wall);
      expect(charged).toBeGreaterThanOrEqual(ran - 1e-6);
      expect(charged).toBeLessThanOrEqual(Math.min(ran + BEYOND, ran + waited) + 1e-6);
    }
  }
});

test("where the processor's time is not known, the clock is believed", () => {
  let now = 5;
  const time = new RunTime({ now: () => now });
  time.begin(now);
  now += 40;
  expect(time.until(now)).toBe(40);
});
