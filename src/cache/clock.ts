import { longTimers, type OneTimer } from "../long-timers.ts";
import { checkValue, duration } from "../option-rules.ts";

/** The time in milliseconds since 1970. It may jump; see `SKEW`. */
export interface Clock {
  /** The time in milliseconds. */
  now(): number;
}

/**
 * Calls back once, after `ms` milliseconds, unless it is disposed of before. A pending call does
 * not keep a process alive, where the timer can be told so (`unref`).
 */
export type Timers = OneTimer;

/** The system's clock, in milliseconds since 1970. */
export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock that is read at most once in `resolution` milliseconds, as long as `timers` fire in time:
 * asking the system for the time costs twice what a hit does. While the thread never lets timers
 * fire, time stands still. `resolution`: milliseconds, 0 or more. Throws `cache-options`.
 */
export function coarseClock(timers: Timers, clock: Clock = systemClock, resolution = 1): Clock {
  checkValue("the resolution of a clock", resolution, duration, "cache-options");
  const { after } = longTimers(timers, true);
  let known = Number.NaN;
  const forget = (): void => {
    known = Number.NaN;
  };
  return {
    now() {
      if (Number.isNaN(known)) {
        known = clock.now();
        after(resolution, forget);
      }
      return known;
    },
  };
}

/**
 * An entry that was made later than this from now, in milliseconds, counts as expired: the clock
 * was set back, and nothing is known of the entry's age.
 */
export const SKEW = 60_000;
