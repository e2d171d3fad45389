/**
 * Lets through `perSecond` calls a second, and at most that many at once. In any `ms` milliseconds,
 * at most `perSecond * (1 + ms / 1000)` are let through.
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
   * Returns how many of up to `most` calls are let through now. Looks at the clock: where that
   * costs too much, take several calls at once.
   */
  take(most: number): number {
    this.#fill();
    const taken = Math.min(most, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** Puts back calls that were let through and not made. */
  giveBack(unused: number): void {
    this.#tokens = Math.min(this.perSecond, this.#tokens + unused);
  }

  /** Milliseconds until a call is let through; 0: one is now. */
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
