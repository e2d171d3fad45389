import { composeAll, type ByteEdits } from "./text-change.ts";

/** What is kept of earlier changes: changes, edits, inserted UTF-16 units. Stated in text.wit. */
const limits = { changes: 1000, edits: 20_000, inserted: 1 << 20 };

/** The latest changes of a document, so that plugins can catch up. */
export class DocumentHistory {
  /** The last one led to the current version. */
  readonly #changes: ByteEdits[] = [];
  #edits = 0;
  #inserted = 0;

  push(change: ByteEdits): void {
    this.#changes.push(change);
    this.#edits += change.length;
    this.#inserted += insertedUnits(change);
    while (this.#isFull()) {
      const oldest = this.#changes.shift() ?? [];
      this.#edits -= oldest.length;
      this.#inserted -= insertedUnits(oldest);
    }
  }

  /**
   * What led from one version to a later one, as one change, where the document is at `current`;
   * undefined where it is not known any more, or not yet.
   */
  between(from: number, to: number, current: number): ByteEdits | undefined {
    const oldest = current - this.#changes.length;
    if (!Number.isSafeInteger(from) || from > to || from < oldest || to > current) {
      return undefined;
    }
    return composeAll(this.#changes.slice(from - oldest, to - oldest));
  }

  #isFull(): boolean {
    return (
      this.#changes.length > limits.changes ||
      this.#edits > limits.edits ||
      this.#inserted > limits.inserted
    );
  }
}

function insertedUnits(edits: ByteEdits): number {
  return edits.reduce((sum, { insert }) => sum + insert.length, 0);
}
