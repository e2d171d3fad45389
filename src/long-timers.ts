import { TenonError } from "./errors.ts";

/** Milliseconds. JavaScript's timers count in 32 bits: one that is longer fires at once. */
const LONGEST = 2 ** 31 - 1;

export interface PendingCall extends Disposable {
  /** Where timers keep a process alive: this one does so no longer. */
  unref?(): void;
}

export interface OneTimer {
  after(ms: number, callback: () => void): PendingCall;
}

/**
 * Timers for any duration: what is longer than the platform's timers can count is waited for in pieces, and
 * `Infinity` never comes. Throws `usage` for less than 0 and for what is no number.
 *
 * `background`: what is pending lets the process end. Default: false.
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
