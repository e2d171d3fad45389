import { limit } from "../faults.ts";

/// Types share their parts, so walking one can take exponentially longer than reading it. Every
/// walk of a validation takes its steps from here.
export class Work {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  step(count = 1): void {
    this.#left -= count;
    if (this.#left < 0) throw limit(0, "types are too complex");
  }
}
