import type { BenchRow } from "../row.ts";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/**
 * Milliseconds of one call: of the clock or, where that is less because other programs ran meanwhile, of
 * the processor.
 */
export function timed(act: () => void): number {
  const used = process.cpuUsage();
  const start = performance.now();
  act();
  const passed = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  return Math.min(passed, (user + system) / 1000);
}

/** Medians in milliseconds, in turns, so that what else the machine does falls on all alike. */
export function inTurns(
  rounds: number,
  contestants: Readonly<Record<string, () => number>>,
): Record<string, number> {
  const taken: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, act] of Object.entries(contestants)) (taken[name] ??= []).push(act());
  }
  return Object.fromEntries(Object.entries(taken).map(([name, times]) => [name, median(times)]));
}

export const own = "tenon";

/**
 * A row from the figures of all, ours under `own`. The goal is a multiple of one peer's figure, or of
 * the `best` peer's; without one the row only reports.
 */
export function rowOf(
  bench: string,
  unit: string,
  figures: Readonly<Record<string, number>>,
  against: string,
  atMost?: number,
): BenchRow {
  const { [own]: ours = Number.NaN, ...peers } = figures;
  const best = Object.entries(peers).toSorted((a, b) => a[1] - b[1])[0];
  const to = against === "best" ? best![0] : against;
  const value = to === "absolute" ? ours : ours / peers[to]!;
  if (atMost === undefined) return { bench, unit, ours, peers, ratio: { to, value }, holds: true };
  const goal = { to, atMost };
  return { bench, unit, ours, peers, ratio: { to, value }, goal, holds: value <= atMost };
}

/** Bytes that stay in use for what `make` returns, after a collection; needs `--expose-gc`. */
export function retained(make: () => unknown): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) return Number.NaN;
  const used = (): number => {
    for (let i = 0; i < 3; i++) collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  const kept = make();
  const after = used();
  if (kept === undefined) throw new Error("nothing was made");
  return after - before;
}
