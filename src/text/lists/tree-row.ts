import { Branch } from "../balanced.ts";

/** What is known of the children of a node. */
export type TreeChildren =
  /** The node cannot have children. */
  | { readonly tag: "none" }
  | { readonly tag: "unloaded" }
  | { readonly tag: "loading" }
  | { readonly tag: "failed"; readonly reason: unknown }
  | { readonly tag: "loaded"; readonly count: number };

/** An entry of a VirtualTree, until it is removed. */
export interface TreeNode<Entry> {
  /** What the application shows there. */
  entry: Entry;
  /** The node above; undefined of one at the top. */
  readonly parent: TreeNode<Entry> | undefined;
  /** 0 at the top. */
  readonly depth: number;
  /** Whether its children are visible when it is. */
  readonly expanded: boolean;
  /** What is known of the nodes below. */
  readonly children: TreeChildren;
}

/**
 * A node of a tree view, in the balanced tree of a sequence. The visible entries make one sequence,
 * each before its children. The entries that a collapsed node hides are a sequence of their own,
 * which the node holds; the same applies inside of it. Expanding and collapsing cut and join
 * sequences.
 */
export class TreeRow<Entry> extends Branch<TreeRow<Entry>> implements TreeNode<Entry> {
  entry: Entry;
  readonly parent: TreeRow<Entry> | undefined;
  readonly depth: number;
  expanded = false;
  children: TreeChildren;
  /** The sequence that it holds. */
  hidden: TreeRow<Entry> | undefined = undefined;
  /** At the root of a sequence: the node that holds the sequence. */
  holder: TreeRow<Entry> | undefined = undefined;
  /**
   * Sums of the subtree in the balanced tree: its rows; all entries, including hidden ones; the
   * smallest depth.
   */
  rows = 1;
  entries = 1;
  least: number;

  constructor(entry: Entry, parent: TreeRow<Entry> | undefined, children: TreeChildren) {
    super();
    this.entry = entry;
    this.parent = parent;
    this.depth = this.least = parent === undefined ? 0 : parent.depth + 1;
    this.children = children;
  }

  override pull(): void {
    const { left, right } = this;
    this.rows = 1;
    this.entries = 1 + (this.hidden?.entries ?? 0);
    this.least = this.depth;
    if (left !== undefined) this.#add(left);
    if (right !== undefined) this.#add(right);
  }

  #add({ rows, entries, least }: TreeRow<Entry>): void {
    this.rows += rows;
    this.entries += entries;
    if (least < this.least) this.least = least;
  }
}

/** The root of the sequence that a row is in. */
export function rootOf<Entry>(row: TreeRow<Entry>): TreeRow<Entry> {
  let at = row;
  while (at.up !== undefined) at = at.up;
  return at;
}

/** The row at an index of a sequence; there must be one. */
export function rowOf<Entry>(root: TreeRow<Entry>, index: number): TreeRow<Entry> {
  let at = root;
  for (let left = index; ;) {
    const before = at.left?.rows ?? 0;
    if (left === before) return at;
    if (left < before) at = at.left!;
    else {
      left -= before + 1;
      at = at.right!;
    }
  }
}

/** How many rows, and how many entries including hidden ones, come before a row in its sequence. */
export function countBefore<Entry>(row: TreeRow<Entry>): {
  readonly rows: number;
  readonly entries: number;
} {
  let rows = row.left?.rows ?? 0;
  let entries = row.left?.entries ?? 0;
  for (let at = row; at.up !== undefined; at = at.up) {
    if (at.up.right !== at) continue;
    rows += at.up.rows - at.rows;
    entries += at.up.entries - at.entries;
  }
  return { rows, entries };
}

/**
 * The first row of a sequence behind everything below `row`; undefined at the end of the sequence.
 */
export function behind<Entry>(row: TreeRow<Entry>): TreeRow<Entry> | undefined {
  const { depth } = row;
  if (row.right !== undefined && row.right.least <= depth) return firstUpTo(row.right, depth);
  for (let at = row; at.up !== undefined; at = at.up) {
    const { up } = at;
    if (up.left !== at) continue;
    if (up.depth <= depth) return up;
    if (up.right !== undefined && up.right.least <= depth) return firstUpTo(up.right, depth);
  }
  return undefined;
}

/** The first row of a subtree with at most this depth; there must be one. */
function firstUpTo<Entry>(root: TreeRow<Entry>, depth: number): TreeRow<Entry> {
  let at = root;
  for (;;) {
    if (at.left !== undefined && at.left.least <= depth) at = at.left;
    else if (at.depth <= depth) return at;
    else at = at.right!;
  }
}
