import type { Bias, ChangeSet } from "../change/change-set.ts";
import { MovingRanges } from "./moving-ranges.ts";

/**
 * A position that moves with the edits of its text. Text that is inserted right there comes after an
 * anchor with the bias `before`, and before one with the bias `after`; an anchor inside of what is
 * replaced goes to that side of the replacement. O(log n) to read.
 */
export interface Anchor {
  /** In UTF-16 units. Once the anchor is removed, where it was then. */
  readonly offset: number;
  readonly bias: Bias;
}

/**
 * Anchors on one text: cursors, bookmarks, the ends of what a slow answer will be about. An edit costs
 * O(log n), and O(1) for each anchor within what it deletes.
 */
export class AnchorSet {
  readonly #ranges: MovingRanges<undefined>;

  /** Of the text they are on, in UTF-16 units. */
  constructor(length: number) {
    this.#ranges = new MovingRanges(length);
  }

  get size(): number {
    return this.#ranges.size;
  }

  /** Throws `text-range` where the offset is not in the text. */
  add(offset: number, bias: Bias = "before"): Anchor {
    return this.#ranges.add({ start: offset, end: offset, value: undefined }, bias, bias);
  }

  /** False where it is not, or no longer, in this set. */
  remove(anchor: Anchor): boolean {
    return this.#ranges.remove(anchor);
  }

  clear(): void {
    this.#ranges.clear();
  }

  /** The anchors at `start`, at `end` and between, by their offsets. O(log n + found). */
  find(start: number, end: number = start): Anchor[] {
    return this.#ranges.find(start, end);
  }

  [Symbol.iterator](): Iterator<Anchor> {
    return this.find(0, this.#ranges.length)[Symbol.iterator]();
  }

  /** Follows an edit of the text. Throws `text-conflict` where the changes are of another text's length. */
  update(changes: ChangeSet): void {
    this.#ranges.update(changes);
  }
}
