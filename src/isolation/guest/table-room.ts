/**
 * Table elements that an instance may have in any case: more than the compilers of real programs
 * make.
 */
const FREE = 32_768;

/**
 * The most table elements beyond that, for all instances of a thread together. They are on the
 * thread's heap, and each garbage collection visits them: 2,000,000 take about 20 ms, in which all
 * of its guests wait.
 */
const TOGETHER = 2_000_000;

/** Counts the large tables of a thread's guests. */
export class TableRoom {
  #used = 0;

  /** Makes the share of one instance. */
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

  /** Takes room for `more` elements. Returns false where there is none. */
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
