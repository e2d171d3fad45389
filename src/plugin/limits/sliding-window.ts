const SLOTS = 60;

/**
 * A sum over the last `withinMs` milliseconds, in steps of a sixtieth of that: an amount counts for
 * at least `withinMs - step` and at most `withinMs` milliseconds. The caller passes the time, which
 * never goes back.
 */
export class SlidingWindow {
  readonly withinMs: number;
  readonly #step: number;
  readonly #amounts: Float64Array = new Float64Array(SLOTS);
  /** The number of the slot that was written last, counted from the clock's zero. */
  #slot = 0;
  #sum = 0;

  constructor(withinMs: number) {
    this.withinMs = withinMs;
    this.#step = withinMs / SLOTS;
  }

  add(at: number, amount: number): void {
    this.#advance(at);
    const slot = this.#slot % SLOTS;
    this.#amounts[slot] = this.#amounts[slot]! + amount;
    this.#sum += amount;
  }

  sum(at: number): number {
    this.#advance(at);
    return this.#sum;
  }

  /** Milliseconds until the sum is below `most`. 0: it is now; Infinity: it never will be. */
  waitMs(at: number, most: number): number {
    if (this.sum(at) < most) return 0;
    if (most <= 0) return Infinity;
    let sum = this.#sum;
    for (let age = SLOTS - 1; age >= 0; age--) {
      sum -= this.#amounts[(this.#slot - age + SLOTS) % SLOTS]!;
      if (sum < most) return (this.#slot - age + SLOTS) * this.#step - at;
    }
    return this.withinMs;
  }

  #advance(at: number): void {
    const slot = Math.floor(at / this.#step);
    if (slot <= this.#slot) return;
    const passed = Math.min(SLOTS, slot - this.#slot);
    for (let i = 1; i <= passed; i++) this.#amounts[(this.#slot + i) % SLOTS] = 0;
    this.#slot = slot;
    // Summed again, because a running difference would collect rounding errors.
    this.#sum = this.#amounts.reduce((sum, amount) => sum + amount, 0);
  }
}
