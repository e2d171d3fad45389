import { TenonError } from "../errors.ts";
import { longTimers, type OneTimer } from "../long-timers.ts";
import { having, period, type Rules } from "../option-rules.ts";

/**
 * Calls back once, after `ms` milliseconds, unless it is disposed of before. A pending call does
 * not keep a process alive, where the timer can be told so (`unref`).
 */
export type Timers = OneTimer;

/** Trims a pool again and again. */
export class Trimming implements Disposable {
  readonly #timers: Timers;
  readonly #every: number;
  readonly #trim: () => void;
  #pending: Disposable | undefined;

  constructor(timers: Timers, every: number, trim: () => void) {
    this.#timers = timers;
    this.#every = every;
    this.#trim = trim;
    this.#next();
  }

  [Symbol.dispose](): void {
    this.#pending?.[Symbol.dispose]();
    this.#pending = undefined;
  }

  #next(): void {
    this.#pending = this.#timers.after(this.#every, () => {
      this.#trim();
      this.#next();
    });
  }
}

/** Both or none must be given. */
export interface TrimOptions {
  /** Timers for `trimEvery`. Default: none, and `trimEvery` must not be given. */
  readonly timers?: Timers;
  /**
   * How often items that were not needed since the last time are given up, in milliseconds.
   * Default: only when `trim` is called.
   */
  readonly trimEvery?: number;
}

export const TRIM_RULES: Rules<TrimOptions> = { timers: having("after"), trimEvery: period };

/** Throws `pool-options` where only one of the two is given. */
export function trimming(options: TrimOptions, trim: () => void): Disposable | undefined {
  const { timers, trimEvery } = options;
  if (timers === undefined && trimEvery === undefined) return undefined;
  if (timers === undefined || trimEvery === undefined) {
    const [given, missing] =
      timers === undefined ? ["trimEvery", "timers"] : ["timers", "trimEvery"];
    throw new TenonError("pool-options", `${given} needs ${missing}: give both, or none`, {
      data: { option: missing },
    });
  }
  return new Trimming(longTimers(timers, true), trimEvery, trim);
}
