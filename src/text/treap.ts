import type { Bias } from "./change-set.ts";

/// A marker as a node of a treap: ordered by `low`, a heap by `priority`, and an interval tree by `most`,
/// the largest `high` of the subtree. Shifting a subtree only notes it in `moved`: a node's positions
/// lack what its ancestors have noted, and its children's lack that and what it has noted itself.
export class MarkerNode<Value> {
  readonly value: Value;
  readonly startBias: Bias;
  readonly endBias: Bias;
  priority: number;
  low: number;
  high: number;
  most: number;
  moved = 0;
  left: MarkerNode<Value> | undefined = undefined;
  right: MarkerNode<Value> | undefined = undefined;
  parent: MarkerNode<Value> | undefined = undefined;
  /// The tree it is in; undefined once it was taken out.
  tree: object | undefined = undefined;

  constructor(
    value: Value,
    low: number,
    high: number,
    startBias: Bias,
    endBias: Bias,
    priority: number,
  ) {
    this.value = value;
    this.low = low;
    this.high = high;
    this.most = high;
    this.startBias = startBias;
    this.endBias = endBias;
    this.priority = priority;
  }

  get start(): number {
    return this.low + this.#lacking();
  }
  get end(): number {
    return this.high + this.#lacking();
  }
  get isEmpty(): boolean {
    return this.low === this.high;
  }

  #lacking(): number {
    let total = 0;
    for (let node = this.parent; node !== undefined; node = node.parent) total += node.moved;
    return total;
  }
}

type Tree<Value> = MarkerNode<Value> | undefined;

export function shift<Value>(node: Tree<Value>, by: number): void {
  if (node === undefined || by === 0) return;
  node.low += by;
  node.high += by;
  node.most += by;
  node.moved += by;
}

/// Hands what a node has noted to its children.
export function push<Value>(node: MarkerNode<Value>): void {
  shift(node.left, node.moved);
  shift(node.right, node.moved);
  node.moved = 0;
}

/// Makes a node right again after its children have changed. It has nothing noted.
export function pull<Value>(node: MarkerNode<Value>): void {
  const { left, right } = node;
  let most = node.high;
  if (left !== undefined) {
    left.parent = node;
    if (left.most > most) most = left.most;
  }
  if (right !== undefined) {
    right.parent = node;
    if (right.most > most) most = right.most;
  }
  node.most = most;
}

/// Divides a tree into what starts before `key` and the rest; `key` itself goes left where asked.
export function split<Value>(
  node: Tree<Value>,
  key: number,
  keyLeft: boolean,
): [Tree<Value>, Tree<Value>] {
  if (node === undefined) return [undefined, undefined];
  push(node);
  node.parent = undefined;
  if (node.low < key || (keyLeft && node.low === key)) {
    const [left, right] = split(node.right, key, keyLeft);
    node.right = left;
    pull(node);
    if (right !== undefined) right.parent = undefined;
    return [node, right];
  }
  const [left, right] = split(node.left, key, keyLeft);
  node.left = right;
  pull(node);
  if (left !== undefined) left.parent = undefined;
  return [left, node];
}

/// One tree of two; nothing in the second starts before anything in the first.
export function join<Value>(left: Tree<Value>, right: Tree<Value>): Tree<Value> {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.priority >= right.priority) {
    push(left);
    left.right = join(left.right, right);
    pull(left);
    return left;
  }
  push(right);
  right.left = join(left, right.left);
  pull(right);
  return right;
}

/// A tree of nodes that are sorted by `low`, each with nothing noted.
export function build<Value>(
  nodes: readonly MarkerNode<Value>[],
  from = 0,
  to: number = nodes.length,
): Tree<Value> {
  if (from === to) return undefined;
  const middle = (from + to) >> 1;
  const node = nodes[middle]!;
  node.parent = undefined;
  node.left = build(nodes, from, middle);
  node.right = build(nodes, middle + 1, to);
  node.priority = Math.max(node.priority, node.left?.priority ?? 0, node.right?.priority ?? 0);
  pull(node);
  return node;
}

/// The nodes of a tree in order, each with nothing noted.
export function flatten<Value>(node: Tree<Value>, into: MarkerNode<Value>[]): void {
  if (node === undefined) return;
  push(node);
  flatten(node.left, into);
  into.push(node);
  flatten(node.right, into);
}
