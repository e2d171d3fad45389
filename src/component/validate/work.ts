import type { Tally } from "../caps/tally.ts";

/**
 * Types share their parts, so walking one can take exponentially longer than reading it. Every
 * walk of a validation takes its steps from here.
 */
export class Work {
  readonly #tally: Tally;
  readonly #most: number;
  #done = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#most = tally.caps.componentTypeWork;
  }

  get done(): number {
    return this.#done;
  }

  step(count = 1): void {
    this.#done += count;
    if (this.#done > this.#most) this.#tally.raise("componentTypeWork", this.#done, 0);
  }
}
