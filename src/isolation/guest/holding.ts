/**
 * Milliseconds for which a guest may hold up its thread, beyond a slice, and the part of the time that
 * is forgiven: with so many more, the 99th percentile of its neighbours' calls would be its own.
 */
const MOST_MS = 50;
const FORGIVEN = 0.01;

/**
 * How long a guest has held its thread lately where it could not be suspended (in `realloc` or a
 * constructor), while others waited.
 */
export class Holding {
  #ms = 0;
  #at = -Infinity;

  /**
   * The guest has held its thread from `since` until `now`, of which it may have told a part already.
   * Returns whether that is too much, after which it counts anew.
   */
  until(now: number, since: number): boolean {
    const from = Math.max(since, this.#at);
    const forgiven = (now - this.#at) * FORGIVEN;
    this.#ms = Math.max(0, this.#ms - forgiven) + (now - from);
    this.#at = now;
    if (this.#ms <= MOST_MS) return false;
    this.#ms = 0;
    return true;
  }
}
