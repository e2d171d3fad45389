const SLOTS = 60;

/**
 * A sum over the last `withinMs` milliseconds, in steps of a sixtieth of them: what was added counts
 * for at least `withinMs - step` and at most `withinMs`. Time is handed in and never goes back.
 */
export class SlidingWindow {
  readonly withinMs: number;
  readonly #step: number;
  readonly #amounts: Float64Array = new Float64Array(SLOTS);
  /** The number of the latest slot that was written, from the clock's zero. */
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

  /** Milliseconds until the sum is below `most`; 0 where it is now, Infinity where it never will be. */
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
    // Added up anew: a running difference would gather rounding errors.
    this.#sum = this.#amounts.reduce((sum, amount) => sum + amount, 0);
  }
}
