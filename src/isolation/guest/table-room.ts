/**
 * Elements of tables that an instance may have whatever others on its thread have: more than compilers of
 * real programs make.
 */
const FREE = 32_768;

/**
 * Elements beyond these of all instances of a thread together. They lie on the thread's heap, and collecting
 * garbage there looks at each of them: 2,000,000 take it some 20 ms, while all its guests wait.
 */
const TOGETHER = 2_000_000;

/** Large tables of a thread's guests. */
export class TableRoom {
  #used = 0;

  /** For one instance. */
  share(): TableShare {
    return new TableShare((more) => {
      if (more > 0 && this.#used + more > TOGETHER) return false;
      this.#used += more;
      return true;
    });
  }
}

export class TableShare {
  readonly #take: (more: number) => boolean;
  #elements = 0;

  constructor(take: (more: number) => boolean) {
    this.#take = take;
  }

  /** Whether there is room for so many more. */
  take(more: number): boolean {
    const elements = this.#elements + more;
    if (!this.#take(large(elements) - large(this.#elements))) return false;
    this.#elements = elements;
    return true;
  }

  /** The instance has ended. */
  release(): void {
    this.take(-this.#elements);
  }
}

function large(elements: number): number {
  return Math.max(0, elements - FREE);
}
