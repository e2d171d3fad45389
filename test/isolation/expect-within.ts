import { expect } from "vitest";

/**
 * Fails where none of three attempts takes less than `ms`: the promise is of 99 in 100, and a busy
 * machine may hold up any one of them.
 */
export async function expectWithin(ms: number, attempt: () => Promise<void>): Promise<void> {
  let best = Infinity;
  for (let left = 3; left > 0 && best > ms; left--) {
    const started = performance.now();
    await attempt();
    best = Math.min(best, performance.now() - started);
  }
  expect(best).toBeLessThan(ms);
}
