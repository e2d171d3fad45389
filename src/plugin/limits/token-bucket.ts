/**
 * So much a second, and at once as much as a second's worth: takes are turned away beyond it. In any
 * stretch of `ms` milliseconds at most `perSecond * (1 + ms / 1000)` are let through.
 */
export class TokenBucket {
  readonly #now: () => number;
  readonly perSecond: number;
  #tokens: number;
  #filled: number;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(perSecond: number, now: () => number) {
    this.#now = now;
    this.perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filled = now();
  }

  /**
   * How many of up to `most` are let through now. It looks at the clock: take several at once where
   * that is too much.
   */
  take(most: number): number {
    this.#fill();
    const taken = Math.min(most, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** So many of those that were let through were not used. */
  giveBack(unused: number): void {
    this.#tokens = Math.min(this.perSecond, this.#tokens + unused);
  }

  /** Milliseconds until one is let through; 0 where one is now. */
  get waitMs(): number {
    this.#fill();
    const missing = 1 - this.#tokens;
    return missing <= 0 ? 0 : (missing * 1000) / this.perSecond;
  }

  #fill(): void {
    const now = this.#now();
    const gained = ((now - this.#filled) * this.perSecond) / 1000;
    this.#filled = now;
    this.#tokens = Math.min(this.perSecond, this.#tokens + gained);
  }
}
