import { TenonError } from "./errors.ts";

/**
 * The longest timer that JavaScript supports, in milliseconds: it counts in 32 bits, and a longer
 * one fires at once.
 */
const LONGEST = 2 ** 31 - 1;

/** A call that is to come. Disposing of it calls it off. */
export interface PendingCall extends Disposable {
  /** Makes the timer not keep the process alive, on platforms where timers do. */
  unref?(): void;
}

/** A timer that calls once. */
export interface OneTimer {
  /** Calls `callback` after `ms` milliseconds, unless the result is disposed of before. */
  after(ms: number, callback: () => void): PendingCall;
}

/**
 * Timers for any duration. A time that is longer than the platform's timers support is waited for
 * in pieces; `Infinity` never comes. Throws `usage` for a negative number, and for a value that is
 * no number.
 *
 * `background`: pending timers do not keep the process alive. Default: false.
 */
export function longTimers(timers: OneTimer, background = false): OneTimer {
  const wait = (ms: number, callback: () => void): PendingCall => {
    const pending = timers.after(ms, callback);
    if (background) pending.unref?.();
    return pending;
  };
  return {
    after(ms, callback) {
      if (!(ms >= 0)) throw new TenonError("usage", `a time is milliseconds, 0 or more; not ${ms}`);
      return ms <= LONGEST ? wait(ms, callback) : new LongCall(wait, ms, callback);
    },
  };
}

class LongCall implements PendingCall {
  readonly #wait: OneTimer["after"];
  #pending: PendingCall | undefined;
  #isBackground = false;

  constructor(wait: OneTimer["after"], ms: number, callback: () => void) {
    this.#wait = wait;
    this.#next(ms, callback);
  }

  unref(): void {
    this.#isBackground = true;
    this.#pending?.unref?.();
  }

  [Symbol.dispose](): void {
    this.#pending?.[Symbol.dispose]();
  }

  #next(ms: number, callback: () => void): void {
    if (ms === Infinity) return;
    const piece = Math.min(ms, LONGEST);
    const left = ms - piece;
    this.#pending = this.#wait(piece, left > 0 ? () => this.#next(left, callback) : callback);
    if (this.#isBackground) this.#pending.unref?.();
  }
}
