import { build, concat, cutBefore } from "../balanced.ts";
import { biasOf, firstFrom, flatten } from "./marker-node.ts";
import type { MarkerNode } from "./marker-node.ts";

type Tree<Value> = MarkerNode<Value> | undefined;

/**
 * The tree after `[start, end)` of the text was replaced by `units` units. Takes O(log n), and more
 * only for markers that start or end within the range.
 */
export function afterEdit<Value>(
  root: Tree<Value>,
  start: number,
  end: number,
  units: number,
): Tree<Value> {
  const edit = new KeyEdit(start, end, units);
  const [before, rest] = cut(root, edit.atStart + 1);
  edit.stretch(before, edit.moved);
  if (start === end) {
    rest?.move(edit.growth, edit.growth);
    return concat(before, rest);
  }
  // Three groups: at the start of the range with the other bias; inside; at its end, by bias.
  const [behind, inner] = cut(rest, edit.fixed + 1);
  const [within, outer] = cut(inner, edit.moved);
  const [last, after] = cut(outer, edit.moved + 1);
  // Where everything is deleted, a marker that ends at the end would pass its own start.
  edit.stretch(behind, edit.moved + 1);
  last?.move(edit.growth, edit.growth);
  after?.move(edit.growth, edit.growth);
  const [first, second] = edit.collapse(within);
  const [one, other] = units > 0 ? [behind, last] : [last, behind];
  const head = concat(concat(before, first), one);
  return concat(concat(head, other), concat(second, after));
}

/**
 * What a replacement does to keys: those up to `fixed` stay, those from `moved` on move by
 * `growth`, and those between go to one end of the inserted text.
 */
class KeyEdit {
  readonly atStart: number;
  readonly fixed: number;
  readonly moved: number;
  readonly growth: number;
  readonly #atEnd: number;

  constructor(start: number, end: number, units: number) {
    this.atStart = 2 * start;
    this.fixed = 2 * start + (start === end ? 0 : 1);
    this.moved = this.fixed === 2 * start ? 2 * start + 1 : 2 * end;
    this.growth = 2 * (units - (end - start));
    this.#atEnd = 2 * (start + units) + 1;
  }

  /**
   * Moves the ends of markers that start at or before the edit: a whole subtree at once where all
   * end at `from` or later.
   */
  stretch<Value>(node: Tree<Value>, from: number): void {
    if (node === undefined || node.most <= this.fixed) return;
    if (node.least >= from) {
      node.move(0, this.growth);
      return;
    }
    node.push();
    this.stretch(node.left, from);
    this.stretch(node.right, from);
    node.high = Math.max(node.low, this.#map(node.high));
    node.pull();
  }

  /**
   * The markers that start within the range, divided into those that go to the start and those that
   * go to the end of the inserted text.
   */
  collapse<Value>(within: Tree<Value>): readonly [Tree<Value>, Tree<Value>] {
    const first: MarkerNode<Value>[] = [];
    const second: MarkerNode<Value>[] = [];
    for (const node of flatten(within)) {
      (biasOf(node.low) === "before" ? first : second).push(node);
      node.low = this.#map(node.low);
      node.high = Math.max(node.low, this.#map(node.high));
    }
    return [build(first), build(second)];
  }

  #map(key: number): number {
    if (key <= this.fixed) return key;
    if (key >= this.moved) return key + this.growth;
    return biasOf(key) === "before" ? this.atStart : this.#atEnd;
  }
}

/** Cuts a tree in two: the markers that start before a key, and the rest. */
function cut<Value>(root: Tree<Value>, key: number): readonly [Tree<Value>, Tree<Value>] {
  const first = firstFrom(root, key);
  return first === undefined ? [root, undefined] : cutBefore(first);
}
