import type { Clock, Timers } from "../platform/clock.ts";

/// Calls back once when `ms` have passed, not counting the time in which it is held.
export class Deadline implements Disposable {
  readonly #timers: Timers;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #expire: () => void;
  #left: number;
  #since: number;
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
    this.#timer = this.#timers.after(ms, expire);
  }

  /// Stops the clock until `release`.
  hold(): void {
    if (this.#timer === undefined) return;
    this.#timer[Symbol.dispose]();
    this.#left = Math.max(0, this.#left - (this.#clock.monotonic() - this.#since));
  }

  release(): void {
    if (this.#timer === undefined) return;
    this.#since = this.#clock.monotonic();
    this.#timer = this.#timers.after(this.#left, this.#expire);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
