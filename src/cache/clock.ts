/// The time in milliseconds since 1970. It may jump; see `SKEW`.
export interface Clock {
  now(): number;
}

/// Calls back once, after `ms` milliseconds, unless disposed of before. A pending call should not
/// keep a process alive.
export interface Timers {
  after(ms: number, callback: () => void): Disposable;
}

export const systemClock: Clock = { now: () => Date.now() };

/// An entry that was made later than this from now, in milliseconds, counts as expired: the clock
/// was set back, and nothing is known of the entry's age.
export const SKEW = 60_000;
