import { deepStrictEqual } from "node:assert";
import type { BenchRow } from "../row.ts";

/** One way to do a row's work. `run` does it `times` times and answers the last result. */
export type Contestant = (times: number) => unknown;

/**
 * A loop of its own around an expression over `i` and the names of `scope`: code of the JavaScript
 * engine that no other contestant shares.
 */
export function loop(expression: string, scope: Readonly<Record<string, unknown>>): Contestant {
  const names = Object.keys(scope);
  const text = `return function(times){let r;for(let i=0;i<times;i++)r=${expression};return r}`;
  // oxlint-disable-next-line no-new-func, no-implied-eval -- a literal of this folder
  return new Function(...names, text)(...Object.values(scope)) as Contestant;
}

const BATCH_MS = 2;
const ROUNDS = 41;

/**
 * Median nanoseconds that each takes for one piece of work, in turns: A B C A B C … Many short
 * turns: other work on the machine then meets all of them alike.
 * Throws where one's answer isn't `expected`.
 */
export function measure(
  contestants: Readonly<Record<string, Contestant>>,
  expected?: unknown,
): Readonly<Record<string, number>> {
  const entries = Object.entries(contestants).map(([name, run]) => {
    if (expected !== undefined) deepStrictEqual(plain(run(1)), expected, `${name} answers wrongly`);
    return { name, run, times: calibrate(run), samples: [] as number[] };
  });
  return inTurns(entries, ROUNDS);
}

/**
 * `measure` of what leaves memories behind, each piece timed alone: most of them meet no collection
 * of garbage, and so the median has none.
 */
export function measureMakers(
  makers: Readonly<Record<string, Contestant>>,
): Readonly<Record<string, number>> {
  const entries = Object.entries(makers).map(([name, run]) => ({
    name,
    run,
    times: 1,
    samples: [] as number[],
  }));
  inTurns(entries, 300);
  for (const { samples } of entries) samples.length = 0;
  return inTurns(entries, 1000);
}

interface Entrant {
  readonly name: string;
  readonly run: Contestant;
  readonly times: number;
  readonly samples: number[];
}

function inTurns(entries: readonly Entrant[], rounds: number): Readonly<Record<string, number>> {
  for (let round = 0; round < rounds; round++) {
    for (const { run, times, samples } of entries) {
      const start = performance.now();
      run(times);
      samples.push(((performance.now() - start) * 1e6) / times);
    }
  }
  return Object.fromEntries(entries.map(({ name, samples }) => [name, median(samples)]));
}

// How often it is to run in a batch; it is warm afterwards.
function calibrate(run: Contestant): number {
  let times = 1;
  for (let warm = 0; ;) {
    const start = performance.now();
    run(times);
    const took = performance.now() - start;
    warm += took;
    if (took < BATCH_MS / 2) times *= 2;
    else if (warm > 60) return Math.max(1, Math.round((times * BATCH_MS) / took));
  }
}

// Objects of classes and without a prototype compare as what they say.
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return structuredClone(value);
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[sorted.length >>> 1]!;
}

const UNITS = { ns: 1, µs: 1e3, ms: 1e6 } as const;

/** A row of nanoseconds: `ours` among them. */
export function row(
  bench: string,
  figures: Readonly<Record<string, number>>,
  to: string,
  atMost?: number,
): BenchRow {
  const { ours, ...peers } = figures;
  const unit = ours! < 1e4 ? "ns" : ours! < 1e7 ? "µs" : "ms";
  const scaled = Object.entries(peers).map(([name, value]) => [name, value / UNITS[unit]]);
  const value = ours! / figures[to]!;
  return {
    bench,
    unit,
    ours: ours! / UNITS[unit],
    peers: Object.fromEntries(scaled),
    ratio: { to, value },
    ...(atMost === undefined ? {} : { goal: { to, atMost } }),
    holds: atMost === undefined || value <= atMost,
  };
}

/** A row whose goal is a figure of its own. */
export function absoluteRow(
  bench: string,
  unit: string,
  ours: number,
  peers: Readonly<Record<string, number>>,
  atMost?: number,
): BenchRow {
  return {
    bench,
    unit,
    ours,
    peers,
    ratio: { to: "absolute", value: ours },
    ...(atMost === undefined ? {} : { goal: { to: "absolute", atMost } }),
    holds: atMost === undefined || ours <= atMost,
  };
}
