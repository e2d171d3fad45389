import { build, cutBefore, insertAfter, join, lastOf, remove } from "./balanced.ts";
import type { Bias, ChangeSet } from "./change-set.ts";
import { afterEdit } from "./marker-edit.ts";
import { biasOf, firstFrom, flatten, keyOf, MarkerNode, offsetOf } from "./marker-node.ts";
import { checkRange } from "./range.ts";

/// A range that moves with the edits of its text, with something attached. Where everything in it is
/// deleted it becomes empty and stays. O(log n) to read.
export interface Marker<Value> {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
  readonly isEmpty: boolean;
}

/// A position that moves with the edits of its text.
export type Anchor = Pick<Marker<undefined>, "start">;

export interface MarkerOptions {
  /// Where the ends go when text is inserted right there. By default the start goes `after` it and the
  /// end `before` it: the range does not grow.
  readonly startBias?: Bias;
  readonly endBias?: Bias;
}

/// Ranges over one text, for diagnostics, highlights, cursors, bookmarks: an interval tree that
/// follows the text's edits. An edit costs O(log n), and O(1) for each marker that starts or ends within
/// what it deletes: not for those that come after it, that it lies in, or that stand where text is
/// inserted. Nothing that a caller chooses makes it worse.
export class MarkerTree<Value = undefined> {
  #root: MarkerNode<Value> | undefined;
  #size = 0;
  /// Of the text that the markers are on, in UTF-16 units.
  #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  get size(): number {
    return this.#size;
  }

  /// Throws `text-range` where the range is not in the text.
  add(start: number, end: number, value: Value, options: MarkerOptions = {}): Marker<Value> {
    const node = this.#node(start, end, value, options);
    const next = firstFrom(this.#root, node.low + 1);
    if (next !== undefined) {
      const [left, right] = cutBefore(next);
      this.#root = join(left, node, right);
    } else {
      this.#root = this.#root === undefined ? node : insertAfter(lastOf(this.#root), node);
    }
    return node;
  }

  /// Puts others in the place of all markers, at once: O(n log n) but a fraction of adding each.
  replaceAll(
    markers: Iterable<{ readonly start: number; readonly end: number; readonly value: Value }>,
    options: MarkerOptions = {},
  ): void {
    const nodes: MarkerNode<Value>[] = [];
    const size = this.#size;
    try {
      for (const { start, end, value } of markers) {
        nodes.push(this.#node(start, end, value, options));
      }
    } catch (error) {
      this.#size = size;
      throw error;
    }
    this.clear();
    this.#size = nodes.length;
    this.#root = build(nodes.sort((a, b) => a.low - b.low));
  }

  /// False where it is not, or no longer, in this tree.
  remove(marker: Marker<Value>): boolean {
    if (!(marker instanceof MarkerNode) || marker.tree !== this) return false;
    const node = marker as MarkerNode<Value>;
    // What was put off above it has been handed down: its positions stay what they are.
    this.#root = remove(node);
    node.tree = undefined;
    this.#size--;
    return true;
  }

  clear(): void {
    for (const node of flatten(this.#root)) {
      node.tree = node.up = node.left = node.right = undefined;
    }
    this.#root = undefined;
    this.#size = 0;
  }

  /// The markers that overlap or touch `[start, end]`, by their starts. O(log n + found).
  find(start: number, end: number = start): Marker<Value>[] {
    const found: Marker<Value>[] = [];
    const visit = (node: MarkerNode<Value>): unknown => found.push(node);
    this.#root?.find(keyOf(start, "before"), keyOf(end, "after"), visit);
    return found;
  }

  [Symbol.iterator](): Iterator<Marker<Value>> {
    return this.find(0, this.#length)[Symbol.iterator]();
  }

  /// Follows an edit of the text. Throws `text-conflict` where the changes are of another text's length.
  update(changes: ChangeSet): void {
    changes.expectLength(this.#length);
    this.#length = changes.after;
    const { edits } = changes;
    if (edits.length * 8 > this.#size) return this.#mapEach(changes);
    for (let i = edits.length - 1; i >= 0; i--) {
      const { start, end, insert } = edits[i]!;
      this.#root = afterEdit(this.#root, start, end, insert.length);
    }
  }

  /// The same for many edits, in O(n log n).
  #mapEach(changes: ChangeSet): void {
    const map = (key: number): number => {
      const bias = biasOf(key);
      return keyOf(changes.map(offsetOf(key), bias), bias);
    };
    const nodes = flatten(this.#root);
    for (const node of nodes) {
      node.low = map(node.low);
      node.high = Math.max(node.low, map(node.high));
    }
    this.#root = build(nodes.sort((a, b) => a.low - b.low));
  }

  #node(start: number, end: number, value: Value, options: MarkerOptions): MarkerNode<Value> {
    checkRange(start, end, this.#length);
    const { startBias = "after", endBias = "before" } = options;
    const node = new MarkerNode(value, keyOf(start, startBias), keyOf(end, endBias));
    node.tree = this;
    this.#size++;
    return node;
  }
}
