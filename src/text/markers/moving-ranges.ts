import { build, cutBefore, insertAfter, join, lastOf, remove } from "../balanced.ts";
import type { Bias, ChangeSet } from "../change/change-set.ts";
import { afterEdit } from "./marker-edit.ts";
import { biasOf, firstFrom, flatten, keyOf, MarkerNode, offsetOf } from "./marker-node.ts";
import { checkLength, checkRange } from "../range.ts";

/** A range that is to be added. */
export interface NewRange<Value> {
  /** The offset of its first UTF-16 unit. */
  readonly start: number;
  /** The offset behind its last UTF-16 unit. */
  readonly end: number;
  /** What the range is marked with. */
  readonly value: Value;
}

/** What anchors and markers have in common: an interval tree over one text that follows its edits. */
export class MovingRanges<Value> {
  #root: MarkerNode<Value> | undefined;
  #size = 0;
  #length: number;

  constructor(length: number) {
    checkLength(length);
    this.#length = length;
  }

  get size(): number {
    return this.#size;
  }
  /** The length of the text, in UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  /** Throws `text-range` where the range is not in the text. */
  add(range: NewRange<Value>, startBias: Bias, endBias: Bias): MarkerNode<Value> {
    const node = this.#node(range, startBias, endBias);
    const next = firstFrom(this.#root, node.low + 1);
    if (next !== undefined) {
      const [left, right] = cutBefore(next);
      this.#root = join(left, node, right);
    } else {
      this.#root = this.#root === undefined ? node : insertAfter(lastOf(this.#root), node);
    }
    this.#size++;
    return node;
  }

  /** Where it throws, nothing is replaced. */
  replaceAll(ranges: Iterable<NewRange<Value>>, startBias: Bias, endBias: Bias): void {
    const nodes = Array.from(ranges, (range) => this.#node(range, startBias, endBias));
    this.clear();
    this.#size = nodes.length;
    this.#root = build(nodes.sort((a, b) => a.low - b.low));
  }

  /** Returns false where the item is not in here, or not any more. */
  remove(item: object): boolean {
    if (!(item instanceof MarkerNode) || item.tree !== this) return false;
    const node = item as MarkerNode<Value>;
    // `remove` has passed on everything that was deferred above the node, so its positions are
    // final.
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

  find(start: number, end: number): MarkerNode<Value>[] {
    checkRange(start, end, this.#length);
    const found: MarkerNode<Value>[] = [];
    const visit = (node: MarkerNode<Value>): unknown => found.push(node);
    this.#root?.find(keyOf(start, "before"), keyOf(end, "after"), visit);
    return found;
  }

  /**
   * Follows an edit of the text. Throws `text-conflict` where the changes are of a text of another
   * length.
   */
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

  /** Does the same for many edits, in O(n log n). */
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

  #node({ start, end, value }: NewRange<Value>, startBias: Bias, endBias: Bias): MarkerNode<Value> {
    checkRange(start, end, this.#length);
    const node = new MarkerNode(value, keyOf(start, startBias), keyOf(end, endBias));
    node.tree = this;
    return node;
  }
}
