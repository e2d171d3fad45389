import type { PendingCall } from "../long-timers.ts";

/** Time, as an object that is handed over. Tests hand over one that stands still. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. May be fractional, and may jump. */
  now(): number;
  /** Milliseconds since some moment. May be fractional; never goes back. */
  monotonic(): number;
}

/** Timers for one call. */
export interface Timers {
  /**
   * Calls back once after `ms` milliseconds (0 or more; never for `Infinity`), unless it is
   * disposed of before.
   */
  after(ms: number, callback: () => void): PendingCall;
  /**
   * Calls back after everything else that is waiting for the thread now. Default: `after(0, …)`.
   */
  readonly soon?: (callback: () => void) => void;
}
