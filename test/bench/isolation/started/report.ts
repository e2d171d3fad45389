import process from "node:process";

/** What one process measured: of `COUNT` instances on as many threads as there are processors. */
export interface Report {
  /** Bytes that are resident for each instance. */
  readonly resident: number;
  /** Milliseconds that starting each took. */
  readonly startMs: number;
  /** Milliseconds of calls under even load. */
  readonly median: number;
  readonly p99: number;
}

export const COUNT = 1_000;
export const PLUGIN = "word-count";
export const INPUT = "one two three";

/** Starts each instance, then calls them in turns. */
export async function measure(
  start: (index: number) => Promise<unknown>,
  call: (index: number) => Promise<unknown>,
): Promise<Report> {
  // The first ones load code that all share.
  for (let index = 0; index < 4; index++) {
    await start(index);
    await call(index);
  }
  const before = await resident();
  const begun = performance.now();
  for (let index = 4; index < COUNT; index++) {
    await start(index);
    await call(index);
  }
  const startMs = (performance.now() - begun) / (COUNT - 4);
  const bytes = ((await resident()) - before) / (COUNT - 4);
  const times = await underLoad(call);
  return {
    resident: bytes,
    startMs,
    median: times[times.length >>> 1]!,
    p99: times[Math.floor(times.length * 0.99)]!,
  };
}

const PER_SECOND = 200;
const SECONDS = 8;

// A call every five milliseconds, whether those before it have ended or not; from the moment that it was due.
// Sorted.
async function underLoad(call: (index: number) => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  const calls: Promise<void>[] = [];
  const start = performance.now();
  for (let n = 0; n < PER_SECOND * SECONDS;) {
    const due = start + (n * 1_000) / PER_SECOND;
    if (performance.now() < due) {
      await new Promise((resolve) => void setTimeout(resolve, 1));
      continue;
    }
    const index = (n * 7) % COUNT;
    calls.push(call(index).then(() => void times.push(performance.now() - due)));
    n++;
  }
  await Promise.all(calls);
  return times.toSorted((one, other) => one - other);
}

async function resident(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    gc!();
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  return process.memoryUsage().rss;
}
