/// So much a second, and at once as much as a second's worth: takes are turned away beyond it.
///
/// The clock is read once in `SHARE` takes, so that a take costs next to nothing; in any stretch of
/// `ms` milliseconds at most `perSecond * (1 + ms / 1000) + SHARE` takes are let through.
export class TokenBucket {
  readonly #now: () => number;
  #perSecond: number;
  /// Taken out of the bucket already, to be handed out without looking at the clock.
  #share = 0;
  #tokens: number;
  #filled: number;

  /// `now`: milliseconds of a clock that never goes back.
  constructor(perSecond: number, now: () => number) {
    this.#now = now;
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filled = now();
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  take(): boolean {
    if (this.#share === 0) return this.#refill();
    this.#share--;
    return true;
  }

  /// Milliseconds until a take is let through; 0 where one is now.
  get waitMs(): number {
    this.#fill();
    const missing = 1 - this.#tokens - this.#share;
    return missing <= 0 ? 0 : (missing * 1000) / this.#perSecond;
  }

  #refill(): boolean {
    this.#fill();
    const share = Math.min(SHARE, Math.floor(this.#tokens));
    if (share < 1) return false;
    this.#tokens -= share;
    this.#share = share - 1;
    return true;
  }

  #fill(): void {
    const now = this.#now();
    const gained = ((now - this.#filled) * this.#perSecond) / 1000;
    this.#filled = now;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained);
  }
}

const SHARE = 64;
