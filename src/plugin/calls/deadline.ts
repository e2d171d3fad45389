import type { Clock, Timers } from "../../platform/clock.ts";

/** Calls back once when `ms` have passed, not counting the time in which it is held. */
export class Deadline implements Disposable {
  readonly #timers: Timers;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #expire: () => void;
  #left: number;
  #since: number;
  /** When the timer fires: at the end, or before it. */
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
   * As if it were made now. Costs no timer where the one that runs fires early enough. Not to be
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
      // Restarted meanwhile: there is time left. A timer may be a little early, too.
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
