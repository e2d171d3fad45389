import type { PendingCall } from "../long-timers.ts";
import type { Clock, Timers } from "../platform/clock.ts";

/** The time until a run's deadline. It stands still while a person is asked. */
export class RunTime implements Disposable {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #timers: Timers;
  readonly #passed: () => void;
  #leftMs: number;
  /** Since when it goes; undefined while it stands still, and after its end. */
  #since: number | undefined;
  #pending: PendingCall | undefined;
  #holds = 0;
  #isOver = false;

  /** `passed`: called once when the deadline has come. */
  constructor(
    ms: number,
    powers: { readonly clock: Pick<Clock, "monotonic">; readonly timers: Timers },
    passed: () => void,
  ) {
    this.#leftMs = ms;
    this.#clock = powers.clock;
    this.#timers = powers.timers;
    this.#passed = passed;
    this.#go();
  }

  get leftMs(): number {
    const since = this.#since;
    return since === undefined ? this.#leftMs : this.#leftMs - (this.#clock.monotonic() - since);
  }

  /** Stands still until the result is disposed of. */
  hold(): Disposable {
    this.#holds++;
    this.#stop();
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        if (--this.#holds === 0) this.#go();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#isOver = true;
  }

  #go(): void {
    if (this.#isOver || this.#since !== undefined) return;
    this.#since = this.#clock.monotonic();
    if (this.#leftMs === Infinity) return;
    this.#pending = this.#timers.after(Math.max(0, this.#leftMs), () => {
      this.#stop();
      this.#isOver = true;
      this.#passed();
    });
  }

  #stop(): void {
    if (this.#since === undefined) return;
    this.#leftMs = this.leftMs;
    this.#since = undefined;
    this.#pending?.[Symbol.dispose]();
    this.#pending = undefined;
  }
}
