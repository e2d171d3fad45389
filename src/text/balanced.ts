/**
 * A node of a balanced binary tree (AVL): an element of a sequence, with a summary of its subtree.
 * The functions below take the root of a tree and return the new root; a node is in at most one
 * tree. They take O(log n), except where they say otherwise.
 *
 * After "Just Join for Parallel Ordered Sets" (Blelloch, Ferizovic, Sun 2016): everything is built
 * from `join`.
 */
export abstract class Branch<Self extends Branch<Self>> {
  left: Self | undefined = undefined;
  right: Self | undefined = undefined;
  up: Self | undefined = undefined;
  height = 1;

  /** Computes the summary of the subtree from this node and its children. */
  abstract pull(): void;
  /**
   * Passes changes that were deferred at this node on to its children. Called before a node's
   * children change.
   */
  push(): void {
    // Most trees defer nothing.
  }
}

type Tree<Node> = Node | undefined;

/** Joins all of `left`, then `middle`, which must have nothing deferred, then all of `right`. */
export function join<Node extends Branch<Node>>(
  left: Tree<Node>,
  middle: Node,
  right: Tree<Node>,
): Node {
  const slope = heightOf(left) - heightOf(right);
  if (left !== undefined && slope > 1) {
    left.push();
    const rest = join(left.right, middle, right);
    return balance(left, left.left, rest);
  }
  if (right !== undefined && slope < -1) {
    right.push();
    const rest = join(left, middle, right.left);
    return balance(right, rest, right.right);
  }
  return link(middle, left, right);
}

export function concat<Node extends Branch<Node>>(left: Tree<Node>, right: Tree<Node>): Tree<Node> {
  if (left === undefined) return right;
  if (right === undefined) return left;
  const first = firstOf(right);
  return join(left, first, remove(first));
}

/** Cuts the tree that holds `node` in two: everything before the node, and the rest. */
export function cutBefore<Node extends Branch<Node>>(node: Node): readonly [Tree<Node>, Node] {
  pushPath(node);
  let from = node;
  let up = node.up;
  let left = alone(node.left);
  let right: Node = join(undefined, node, node.right);
  while (up !== undefined) {
    const next: Tree<Node> = up.up;
    const wasRight = up.right === from;
    from = up;
    if (wasRight) left = join(alone(up.left), up, left);
    else right = join(right, up, up.right);
    up = next;
  }
  right.up = undefined;
  return [alone(left), right];
}

/** Takes a node out of its tree and returns the root of the rest. */
export function remove<Node extends Branch<Node>>(node: Node): Tree<Node> {
  pushPath(node);
  const { left, right, up } = node;
  let rest: Tree<Node>;
  if (left === undefined || right === undefined) rest = left ?? right;
  else {
    const first = firstOf(right);
    right.up = undefined;
    rest = join(left, first, remove(first));
  }
  node.left = node.right = node.up = undefined;
  link(node, undefined, undefined);
  if (up === undefined) return alone(rest);
  if (up.left === node) up.left = rest;
  else up.right = rest;
  if (rest !== undefined) rest.up = up;
  return mend(up);
}

/** Puts a single node after another one. */
export function insertAfter<Node extends Branch<Node>>(node: Node, fresh: Node): Node {
  pushPath(node);
  let at = node;
  if (node.right === undefined) node.right = fresh;
  else {
    at = node.right;
    for (at.push(); at.left !== undefined; at.push()) at = at.left;
    at.left = fresh;
  }
  fresh.up = at;
  return mend(at);
}

/**
 * Computes the summaries of a node and of all nodes above it again, where nothing is deferred, and
 * returns the root.
 */
export function mend<Node extends Branch<Node>>(node: Node): Node {
  let at = node;
  for (;;) {
    const { up } = at;
    const root: Node = balance(at, at.left, at.right);
    root.up = up;
    if (up === undefined) return root;
    if (up.left === at) up.left = root;
    else up.right = root;
    at = up;
  }
}

/** Makes a tree of single nodes, in order. O(n). */
export function build<Node extends Branch<Node>>(
  nodes: readonly Node[],
  start = 0,
  end: number = nodes.length,
): Tree<Node> {
  if (start >= end) return undefined;
  const middle = (start + end) >> 1;
  return link(nodes[middle]!, build(nodes, start, middle), build(nodes, middle + 1, end));
}

export function firstOf<Node extends Branch<Node>>(root: Node): Node {
  let at = root;
  while (at.left !== undefined) at = at.left;
  return at;
}

export function lastOf<Node extends Branch<Node>>(root: Node): Node {
  let at = root;
  while (at.right !== undefined) at = at.right;
  return at;
}

/** The node after this one. */
export function after<Node extends Branch<Node>>(node: Node): Tree<Node> {
  if (node.right !== undefined) return firstOf(node.right);
  let at: Node = node;
  while (at.up !== undefined && at.up.right === at) at = at.up;
  return at.up;
}

/** The node before this one. */
export function before<Node extends Branch<Node>>(node: Node): Tree<Node> {
  if (node.left !== undefined) return lastOf(node.left);
  let at: Node = node;
  while (at.up !== undefined && at.up.left === at) at = at.up;
  return at.up;
}

/** Passes on what has been deferred above a node and at it. */
function pushPath<Node extends Branch<Node>>(node: Node): void {
  if (node.up !== undefined) pushPath(node.up);
  node.push();
}

function heightOf<Node extends Branch<Node>>(tree: Tree<Node>): number {
  return tree === undefined ? 0 : tree.height;
}

function alone<Node extends Branch<Node>>(tree: Tree<Node>): Tree<Node> {
  if (tree !== undefined) tree.up = undefined;
  return tree;
}

function link<Node extends Branch<Node>>(node: Node, left: Tree<Node>, right: Tree<Node>): Node {
  node.left = left;
  node.right = right;
  node.up = undefined;
  if (left !== undefined) left.up = node;
  if (right !== undefined) right.up = node;
  node.height = 1 + Math.max(heightOf(left), heightOf(right));
  node.pull();
  return node;
}

/** Links children whose heights differ by at most two; nothing is deferred at the node. */
function balance<Node extends Branch<Node>>(node: Node, left: Tree<Node>, right: Tree<Node>): Node {
  const slope = heightOf(left) - heightOf(right);
  if (left !== undefined && slope > 1) {
    left.push();
    const inner = left.right;
    if (inner === undefined || heightOf(left.left) >= inner.height) {
      return link(left, left.left, link(node, inner, right));
    }
    inner.push();
    const { left: before, right: behind } = inner;
    return link(inner, link(left, left.left, before), link(node, behind, right));
  }
  if (right !== undefined && slope < -1) {
    right.push();
    const inner = right.left;
    if (inner === undefined || heightOf(right.right) >= inner.height) {
      return link(right, link(node, left, inner), right.right);
    }
    inner.push();
    const { left: before, right: behind } = inner;
    return link(inner, link(node, left, before), link(right, behind, right.right));
  }
  return link(node, left, right);
}
