import type { Bias, ChangeSet } from "../change/change-set.ts";
import { MovingRanges } from "./moving-ranges.ts";
import type { NewRange } from "./moving-ranges.ts";

/**
 * A range that moves with the edits of its text, with something attached. Where everything in it is
 * deleted it becomes empty and stays. O(log n) to read.
 */
export interface Marker<Value> {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
  readonly isEmpty: boolean;
}

export interface MarkerOptions {
  /**
   * Where the ends go when text is inserted right there. By default the start goes `after` it and the
   * end `before` it: the range does not grow.
   */
  readonly startBias?: Bias;
  readonly endBias?: Bias;
}

/**
 * Ranges over one text, for diagnostics, highlights, cursors, bookmarks: an interval tree that
 * follows the text's edits. An edit costs O(log n), and O(1) for each marker that starts or ends within
 * what it deletes: not for those that come after it, that it lies in, or that stand where text is
 * inserted. Nothing that a caller chooses makes it worse.
 */
export class MarkerTree<Value = undefined> {
  readonly #ranges: MovingRanges<Value>;

  /** Of the text that the markers are on, in UTF-16 units. */
  constructor(length: number) {
    this.#ranges = new MovingRanges(length);
  }

  get size(): number {
    return this.#ranges.size;
  }

  /** Throws `text-range` where the range is not in the text. */
  add(start: number, end: number, value: Value, options: MarkerOptions = {}): Marker<Value> {
    const { startBias = "after", endBias = "before" } = options;
    return this.#ranges.add({ start, end, value }, startBias, endBias);
  }

  /**
   * Puts others in the place of all markers, at once: O(n log n) but a fraction of adding each. All of
   * them or, where it throws `text-range`, none.
   */
  replaceAll(markers: Iterable<NewRange<Value>>, options: MarkerOptions = {}): void {
    const { startBias = "after", endBias = "before" } = options;
    this.#ranges.replaceAll(markers, startBias, endBias);
  }

  /** False where it is not, or no longer, in this tree. It keeps its last positions then. */
  remove(marker: Marker<Value>): boolean {
    return this.#ranges.remove(marker);
  }

  clear(): void {
    this.#ranges.clear();
  }

  /** The markers that overlap or touch `[start, end]`, by their starts. O(log n + found). */
  find(start: number, end: number = start): Marker<Value>[] {
    return this.#ranges.find(start, end);
  }

  [Symbol.iterator](): Iterator<Marker<Value>> {
    return this.find(0, this.#ranges.length)[Symbol.iterator]();
  }

  /** Follows an edit of the text. Throws `text-conflict` where the changes are of another text's length. */
  update(changes: ChangeSet): void {
    this.#ranges.update(changes);
  }
}
