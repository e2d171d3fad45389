import { mapOver } from "./change-set.ts";
import type { Bias, ChangeSet } from "./change-set.ts";
import { checkRange } from "./range.ts";
import { build, flatten, join, MarkerNode, pull, push, shift, split } from "./treap.ts";

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
/// follows the text's edits. An edit costs O(log n) and the markers that it touches or lies in, however
/// many come after it.
export class MarkerTree<Value = undefined> {
  #root: MarkerNode<Value> | undefined;
  #size = 0;
  #seed = 0x9e3779b9;
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
    const [left, right] = split(this.#root, start, true);
    this.#root = join(join(left, node), right);
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
    // Its positions stay what they are.
    const { start, end, parent } = node;
    push(node);
    const rest = join(node.left, node.right);
    if (rest !== undefined) rest.parent = parent;
    if (parent === undefined) this.#root = rest;
    else if (parent.left === node) parent.left = rest;
    else parent.right = rest;
    for (let above = parent; above !== undefined; above = above.parent) refresh(above);
    node.parent = node.left = node.right = undefined;
    node.low = start;
    node.high = end;
    node.tree = undefined;
    this.#size--;
    return true;
  }

  clear(): void {
    const nodes: MarkerNode<Value>[] = [];
    flatten(this.#root, nodes);
    for (const node of nodes) {
      node.tree = node.parent = node.left = node.right = undefined;
    }
    this.#root = undefined;
    this.#size = 0;
  }

  /// The markers that overlap or touch `[start, end]`, by their starts. O(log n + found).
  find(start: number, end: number = start): Marker<Value>[] {
    const found: Marker<Value>[] = [];
    const visit = (node: MarkerNode<Value> | undefined, lacking: number): void => {
      if (node === undefined || node.most + lacking < start) return;
      const below = lacking + node.moved;
      visit(node.left, below);
      if (node.low + lacking > end) return;
      if (node.high + lacking >= start) found.push(node);
      visit(node.right, below);
    };
    visit(this.#root, 0);
    return found;
  }

  [Symbol.iterator](): Iterator<Marker<Value>> {
    return this.find(0, this.#length)[Symbol.iterator]();
  }

  /// Follows an edit of the text. Throws `text-conflict` where the changes are of another text's length.
  update(changes: ChangeSet): void {
    changes.expectLength(this.#length);
    for (let i = changes.edits.length - 1; i >= 0; i--) {
      const { start, end, insert } = changes.edits[i]!;
      this.#edit(start, end, insert.length);
    }
    this.#length = changes.after;
  }

  #edit(start: number, end: number, units: number): void {
    const [before, rest] = split(this.#root, start, false);
    const [touched, after] = split(rest, end, true);
    stretch(before, start, end, units);
    const nodes: MarkerNode<Value>[] = [];
    flatten(touched, nodes);
    for (const node of nodes) {
      node.low = mapOver(node.low, start, end, units, node.startBias);
      node.high = Math.max(node.low, mapOver(node.high, start, end, units, node.endBias));
    }
    nodes.sort((a, b) => a.low - b.low);
    shift(after, units - (end - start));
    this.#root = join(join(before, build(nodes)), after);
  }

  #node(start: number, end: number, value: Value, options: MarkerOptions): MarkerNode<Value> {
    checkRange(start, end, this.#length);
    const { startBias = "after", endBias = "before" } = options;
    // xorshift: the shape of the tree depends on nothing that a caller chooses.
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    const node = new MarkerNode(value, start, end, startBias, endBias, this.#seed >>> 1);
    node.tree = this;
    this.#size++;
    return node;
  }
}

/// Moves the ends of what starts before an edit and reaches it.
function stretch<Value>(
  node: MarkerNode<Value> | undefined,
  start: number,
  end: number,
  units: number,
): void {
  if (node === undefined || node.most < start) return;
  push(node);
  stretch(node.left, start, end, units);
  stretch(node.right, start, end, units);
  if (node.high >= start) node.high = mapOver(node.high, start, end, units, node.endBias);
  pull(node);
}

/// As `pull`, for a node that may have something noted.
function refresh<Value>(node: MarkerNode<Value>): void {
  const below = Math.max(node.left?.most ?? -Infinity, node.right?.most ?? -Infinity);
  node.most = Math.max(node.high, below + node.moved);
}
