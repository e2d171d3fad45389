import { deepStrictEqual } from "node:assert";
import { median } from "../component/measure.ts";

/**
 * One way to do a row's work: does it `times` times, one after the other, and answers the last
 * result.
 */
export type AsyncContestant = (times: number) => Promise<unknown>;

const BATCH_MS = 8;

/**
 * Median nanoseconds that each takes for one piece of work, in turns. Throws where one's answer
 * isn't `expected`.
 */
export async function measureWaited(
  contestants: Readonly<Record<string, AsyncContestant>>,
  expected?: unknown,
  rounds = 31,
): Promise<Readonly<Record<string, number>>> {
  const entries: { name: string; run: AsyncContestant; times: number; samples: number[] }[] = [];
  for (const [name, run] of Object.entries(contestants)) {
    const answer = await run(1);
    if (expected !== undefined) deepStrictEqual(answer, expected, `${name} answers wrongly`);
    entries.push({ name, run, times: await calibrate(run), samples: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { run, times, samples } of entries) {
      const start = performance.now();
      await run(times);
      samples.push(((performance.now() - start) * 1e6) / times);
    }
  }
  return Object.fromEntries(entries.map(({ name, samples }) => [name, median(samples)]));
}

async function calibrate(run: AsyncContestant): Promise<number> {
  let times = 1;
  for (let warm = 0; ;) {
    const start = performance.now();
    await run(times);
    const took = performance.now() - start;
    warm += took;
    if (took < BATCH_MS / 2) times *= 2;
    else if (warm > 150) return Math.max(1, Math.round((times * BATCH_MS) / took));
  }
}

/** One call after the other. */
export function each(call: () => unknown): AsyncContestant {
  return async (times) => {
    let answer: unknown;
    for (let i = 0; i < times; i++) answer = await call();
    return answer;
  };
}
