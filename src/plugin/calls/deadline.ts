import type { Clock, Timers } from "../../platform/clock.ts";

/** Calls back once when `ms` milliseconds have passed, not counting time in which it is held. */
export class Deadline implements Disposable {
  readonly #timers: Timers;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #expire: () => void;
  #left: number;
  #since: number;
  /** When the timer fires: at the deadline, or earlier. */
  #wakes = 0;
  #timer: Disposable | undefined;

  constructor(
    ms: number,
    powers: { readonly timers: Timers; readonly clock: Pick<Clock, "monotonic"> },
    expire: () => void,
  ) {
    this.#timers = powers.timers;
    this.#clock = powers.clock;
    this.#expire = expire;
    this.#left = ms;
    this.#since = this.#clock.monotonic();
    this.#arm(this.#since);
  }

  /** Stops the clock until `release`. */
  hold(): void {
    if (this.#timer === undefined) return;
    this.#timer[Symbol.dispose]();
    this.#left = Math.max(0, this.#left - (this.#clock.monotonic() - this.#since));
  }

  release(): void {
    if (this.#timer === undefined) return;
    this.#since = this.#clock.monotonic();
    this.#arm(this.#since);
  }

  /**
   * Starts anew with `ms`. Needs no new timer where the running one fires early enough. Must not be
   * called while it is held.
   */
  restart(ms: number): void {
    if (this.#timer === undefined) return;
    this.#left = ms;
    this.#since = this.#clock.monotonic();
    if (this.#wakes <= this.#since + ms) return;
    this.#timer[Symbol.dispose]();
    this.#arm(this.#since);
  }

  #arm(now: number): void {
    const ms = this.#left - (now - this.#since);
    this.#wakes = now + ms;
    this.#timer = this.#timers.after(ms, () => {
      // There is time left where it was restarted in the meantime. A timer may also fire slightly
      // early.
      const then = this.#clock.monotonic();
      if (this.#left - (then - this.#since) >= 1) this.#arm(then);
      else this.#expire();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
