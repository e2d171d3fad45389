import type { Bias, ChangeSet } from "../change/change-set.ts";
import { MovingRanges } from "./moving-ranges.ts";

/**
 * A position that moves with the edits of its text. Text inserted exactly there comes after an
 * anchor with the bias `before`, and before one with the bias `after`; an anchor inside of replaced
 * text goes to that side of the replacement. Reading it takes O(log n).
 */
export interface Anchor {
  /** In UTF-16 units. After the anchor is removed, the last offset that it had. */
  readonly offset: number;
  /** To which side of text that is inserted exactly there it goes. */
  readonly bias: Bias;
}

/**
 * Anchors on one text: cursors, bookmarks, the ends of a range that a slow answer will be about. An
 * edit takes O(log n), and O(1) for each anchor inside of what it deletes.
 */
export class AnchorSet {
  readonly #ranges: MovingRanges<undefined>;

  /** The length of the text, in UTF-16 units. */
  constructor(length: number) {
    this.#ranges = new MovingRanges(length);
  }

  /** How many anchors there are. */
  get size(): number {
    return this.#ranges.size;
  }

  /** Throws `text-range` where the offset is not in the text. */
  add(offset: number, bias: Bias = "before"): Anchor {
    return this.#ranges.add({ start: offset, end: offset, value: undefined }, bias, bias);
  }

  /** Returns false where the anchor is not in this set, or not any more. */
  remove(anchor: Anchor): boolean {
    return this.#ranges.remove(anchor);
  }

  /** Removes all anchors. */
  clear(): void {
    this.#ranges.clear();
  }

  /** The anchors at `start`, at `end` and in between, by their offsets. O(log n + found). */
  find(start: number, end: number = start): Anchor[] {
    return this.#ranges.find(start, end);
  }

  [Symbol.iterator](): Iterator<Anchor> {
    return this.find(0, this.#ranges.length)[Symbol.iterator]();
  }

  /**
   * Follows an edit of the text. Throws `text-conflict` where the changes are of a text of another
   * length.
   */
  update(changes: ChangeSet): void {
    this.#ranges.update(changes);
  }
}
