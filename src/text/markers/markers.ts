import { oneOf, type Rules } from "../../option-rules.ts";
import type { Bias, ChangeSet } from "../change/change-set.ts";
import { checkTextOptions } from "../range.ts";
import { MovingRanges } from "./moving-ranges.ts";
import type { NewRange } from "./moving-ranges.ts";

/**
 * A range that moves with the edits of its text, with a value attached. Where all of its text is
 * deleted, it becomes empty and stays. Reading it takes O(log n).
 */
export interface Marker<Value> {
  /** What it marks the range with. */
  readonly value: Value;
  /** The offset of its first UTF-16 unit. */
  readonly start: number;
  /** The offset behind its last UTF-16 unit. */
  readonly end: number;
  /** Whether it covers nothing. */
  readonly isEmpty: boolean;
}

/** To which side the ends of a marker go, where text is inserted exactly there. */
export interface MarkerOptions {
  /**
   * Where the ends go when text is inserted exactly there. Default: the start goes `after` the text
   * and the end `before` it, so that the range does not grow.
   */
  readonly startBias?: Bias;
  /** Where its end goes. Default: `before`. */
  readonly endBias?: Bias;
}

const BIAS = oneOf("before", "after");
const RULES: Rules<MarkerOptions> = { startBias: BIAS, endBias: BIAS };

function biases(options: MarkerOptions | undefined): readonly [start: Bias, end: Bias] {
  if (options === undefined) return ["after", "before"];
  checkTextOptions("a marker", options, RULES);
  return [options.startBias ?? "after", options.endBias ?? "before"];
}

/**
 * Ranges over one text, for diagnostics, highlights, cursors, bookmarks: an interval tree that
 * follows the text's edits. An edit takes O(log n), and O(1) for each marker that starts or ends
 * inside of what it deletes; markers behind the edit, around it, or at the place of an insertion
 * cost nothing more. No input makes it slower.
 */
export class MarkerTree<Value = undefined> {
  readonly #ranges: MovingRanges<Value>;

  /** The length of the text, in UTF-16 units. */
  constructor(length: number) {
    this.#ranges = new MovingRanges(length);
  }

  /** How many markers there are. */
  get size(): number {
    return this.#ranges.size;
  }

  /** Throws `text-range` where the range is not in the text. */
  add(start: number, end: number, value: Value, options?: MarkerOptions): Marker<Value> {
    return this.#ranges.add({ start, end, value }, ...biases(options));
  }

  /**
   * Replaces all markers at once. Takes O(n log n), but a fraction of adding them one by one. Where
   * it throws `text-range`, nothing is replaced.
   */
  replaceAll(markers: Iterable<NewRange<Value>>, options?: MarkerOptions): void {
    this.#ranges.replaceAll(markers, ...biases(options));
  }

  /**
   * Returns false where the marker is not in this tree, or not any more. A removed marker keeps its
   * last positions.
   */
  remove(marker: Marker<Value>): boolean {
    return this.#ranges.remove(marker);
  }

  /** Removes all markers. */
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

  /**
   * Follows an edit of the text. Throws `text-conflict` where the changes are of a text of another
   * length.
   */
  update(changes: ChangeSet): void {
    this.#ranges.update(changes);
  }
}
