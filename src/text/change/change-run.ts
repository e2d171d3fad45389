import type { ChangeSet } from "./change-set.ts";

/**
 * Consecutive changes that become one change when it is asked for. Adding n changes and composing
 * them takes O(edits log n) in all, where composing each with all before it would take O(edits ×
 * n).
 */
export class ChangeRun {
  readonly #compose: (older: ChangeSet, newer: ChangeSet) => ChangeSet;
  /** Older parts come first. Each has more edits than the next, so there are few. */
  readonly #parts: ChangeSet[] = [];
  #bytes = 0;

  /**
   * `compose` makes one change of two. For the inverses of changes, it must apply the newer one
   * first.
   */
  constructor(compose: (older: ChangeSet, newer: ChangeSet) => ChangeSet) {
    this.#compose = compose;
  }

  /** Whether the changes together change anything. */
  get any(): boolean {
    return this.#parts.length > 0;
  }
  /** Roughly how many bytes they take. */
  get bytes(): number {
    return this.#bytes;
  }

  add(changes: ChangeSet): void {
    let last = changes;
    this.#bytes += last.size;
    for (;;) {
      const before = this.#parts.at(-1);
      if (before === undefined || before.edits.length > last.edits.length) break;
      this.#parts.pop();
      this.#bytes -= before.size + last.size;
      last = this.#compose(before, last);
      this.#bytes += last.size;
    }
    if (!last.isEmpty) this.#parts.push(last);
  }

  /** All of them as one change; undefined where together they change nothing. */
  whole(): ChangeSet | undefined {
    return this.#parts.reduceRight<ChangeSet | undefined>(
      (newer, older) => (newer === undefined ? older : this.#compose(older, newer)),
      undefined,
    );
  }
}
