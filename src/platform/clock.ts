import type { PendingCall } from "../long-timers.ts";

/** Time, as a power that is handed over. Tests hand over one that stands still. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may be fractional, may jump. */
  now(): number;
  /** Milliseconds since some moment; fractional, never goes back. */
  monotonic(): number;
}

export interface Timers {
  /** Calls back once after `ms` milliseconds, 0 or more, unless disposed of before; after `Infinity` never. */
  after(ms: number, callback: () => void): PendingCall;
  /** Calls back when what else waits for the thread by now has had its turn. Default: `after(0, …)`. */
  readonly soon?: (callback: () => void) => void;
}
