/// How long it is worth looking at shared memory before a thread sleeps: to be woken takes tens of
/// microseconds, an answer that is under way often comes within a few. What was seen in time makes it
/// look longer, up to `most` looks (some nanoseconds each); what was not halves that.
export class Patience {
  readonly #most: number;
  #looks: number;

  constructor(most: number) {
    this.#most = most;
    this.#looks = most;
  }

  /// Whether the word is another than `old` by now.
  changes(words: Int32Array, index: number, old: number): boolean {
    for (let left = this.#looks; left > 0; left--) {
      if (Atomics.load(words, index) !== old) {
        this.#looks = Math.min(this.#most, this.#looks * 2);
        return true;
      }
    }
    this.#looks = Math.max(LEAST, this.#looks >>> 1);
    return false;
  }
}

/// So few that they cost nothing, so many that it finds out when there is something to be had again.
const LEAST = 32;
