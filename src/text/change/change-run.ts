import type { ChangeSet } from "./change-set.ts";

/**
 * Changes that followed each other, to be one when that is asked for. To add n of them and to compose
 * them takes O(edits log n) in all, where composing each with all before it would take O(edits × n).
 */
export class ChangeRun {
  readonly #compose: (older: ChangeSet, newer: ChangeSet) => ChangeSet;
  /** The older first, each with more edits than the next: there are few. */
  readonly #parts: ChangeSet[] = [];
  #bytes = 0;

  /** `compose` makes one of two; for the inverses of changes, the newer comes first in it. */
  constructor(compose: (older: ChangeSet, newer: ChangeSet) => ChangeSet) {
    this.#compose = compose;
  }

  /** Whether what they come to is a change. */
  get any(): boolean {
    return this.#parts.length > 0;
  }
  /** About what it takes to keep. */
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

  /** All of them as one; undefined where they come to nothing. */
  whole(): ChangeSet | undefined {
    return this.#parts.reduceRight<ChangeSet | undefined>(
      (newer, older) => (newer === undefined ? older : this.#compose(older, newer)),
      undefined,
    );
  }
}
