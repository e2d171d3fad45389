/** An array of numbers that grows, without an object for each number. */
export class GrowingNumbers {
  #all: Int32Array = new Int32Array(1 << 8);
  length = 0;

  push(value: number): void {
    this.#reserve(1);
    this.#all[this.length++] = value;
  }

  /** Appends the numbers from `from` on once more. */
  repeat(from: number, to: number): void {
    this.#reserve(to - from);
    this.#all.copyWithin(this.length, from, to);
    this.length += to - from;
  }

  set(index: number, value: number): void {
    this.#all[index] = value;
  }

  at(index: number): number {
    return this.#all[index]!;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#all.length) return;
    const grown = new Int32Array(Math.max(2 * this.#all.length, this.length + more));
    grown.set(this.#all);
    this.#all = grown;
  }
}
