import { TenonError } from "../../errors.ts";
import { after, build } from "../balanced.ts";
import { checkIndex, checkRange } from "../range.ts";
import { refresh, RowSequences } from "./row-sequences.ts";
import type { RowChange } from "./row-sequences.ts";
import { behind, countBefore, rootOf, rowOf, TreeRow } from "./tree-row.ts";
import type { TreeChildren, TreeNode } from "./tree-row.ts";

/** An entry that is to be added to a tree. */
export interface NewEntry<Entry> {
  /** The entry itself. */
  readonly entry: Entry;
  /** Whether it can have children, which are loaded later. Default: false. */
  readonly branch?: boolean;
}

/**
 * The right to set the children of a node, once. It lapses when the node is removed or unloaded.
 */
export interface TreeLoad<Entry> {
  /** Whether it has neither been used nor lapsed. Otherwise `done` and `failed` have no effect. */
  readonly open: boolean;
  /**
   * Puts the entries below the node. Returns the change of the visible rows; undefined where none
   * is visible.
   */
  done(entries: Iterable<NewEntry<Entry>>): RowChange | undefined;
  /** Tells that the entries could not be had. */
  failed(reason: unknown): void;
}

const none: TreeChildren = { tag: "none" };
const unloaded: TreeChildren = { tag: "unloaded" };

/**
 * The model behind a tree view of up to millions of entries. An entry is visible where all nodes
 * above it are expanded. Children are loaded when they are needed.
 *
 * Operations take O(log n), however deep the tree is, and again for each collapsed node around the
 * place; `done` and `insert` take O(new entries) in addition. Operations that change the visible
 * rows return the change. A node that has been removed is refused with `text-removed`.
 */
export class VirtualTree<Entry> {
  readonly #rows: RowSequences<Entry>;

  constructor(entries: Iterable<NewEntry<Entry>> = []) {
    this.#rows = new RowSequences(rowsOf([...entries], undefined).root);
  }

  /** How many entries are visible. */
  get rows(): number {
    return this.#rows.root?.rows ?? 0;
  }
  /** How many entries there are. */
  get size(): number {
    return this.#rows.root?.entries ?? 0;
  }

  /** The node in a visible row. */
  at(row: number): TreeNode<Entry> {
    checkIndex("row", row, this.rows - 1);
    return rowOf(this.#rows.root!, row);
  }

  /** The nodes in the visible rows `[from, to)`. */
  slice(from = 0, to: number = this.rows): TreeNode<Entry>[] {
    checkRange(from, to, this.rows);
    const nodes: TreeNode<Entry>[] = [];
    if (from === to) return nodes;
    let row: TreeRow<Entry> | undefined = rowOf(this.#rows.root!, from);
    for (; row !== undefined && nodes.length < to - from; row = after(row)) nodes.push(row);
    return nodes;
  }

  /** The row of a node; undefined where it is hidden. */
  indexOf(node: TreeNode<Entry>): number | undefined {
    return this.#rows.placeOf(asRow(node));
  }

  /** Whether the node is in this tree, visible or hidden. */
  has(node: TreeNode<Entry>): boolean {
    if (!(node instanceof TreeRow)) return false;
    let root = rootOf(asRow(node));
    while (root.holder !== undefined) root = rootOf(root.holder);
    return root === this.#rows.root;
  }

  /** How many entries below a node have been loaded. */
  sizeOf(node: TreeNode<Entry>): number {
    const row = this.#row(node);
    if (!row.expanded) return row.hidden?.entries ?? 0;
    return endOf(row).entries - countBefore(row).entries - 1;
  }

  /** How many entries below a node are visible when the node is. */
  rowsOf(node: TreeNode<Entry>): number {
    const row = this.#row(node);
    return row.expanded ? endOf(row).rows - countBefore(row).rows - 1 : 0;
  }

  /**
   * Shows the entries below a node, as they were when last visible. Children that have not been
   * loaded are loaded with `load`.
   */
  expand(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    if (row.expanded || row.children.tag === "none") return undefined;
    row.expanded = true;
    const { hidden } = row;
    if (hidden === undefined) return undefined;
    row.hidden = undefined;
    hidden.holder = undefined;
    refresh(row);
    return this.#rows.insertAfter(row, hidden);
  }

  /**
   * Hides what is below a node. Returns the change of the visible rows; undefined where there is
   * none.
   */
  collapse(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    if (!row.expanded) return undefined;
    const at = this.#rows.placeOf(row);
    const hidden = this.#rows.takeBelow(row);
    row.expanded = false;
    row.hidden = hidden;
    if (hidden === undefined) return undefined;
    hidden.holder = row;
    refresh(row);
    return at === undefined ? undefined : { at: at + 1, removed: hidden.rows, inserted: 0 };
  }

  /** Expands all nodes above a node, so that it becomes visible. Takes O(depth) in addition. */
  reveal(node: TreeNode<Entry>): RowChange | undefined {
    const above: TreeRow<Entry>[] = [];
    for (let { parent } = this.#row(node); parent !== undefined; parent = parent.parent) {
      above.push(parent);
    }
    // From the outermost node inwards: each later change lies within the first one.
    let change: RowChange | undefined;
    for (const parent of above.reverse()) {
      const more = this.expand(parent);
      if (change === undefined || more === undefined) change ??= more;
      else change = { ...change, inserted: change.inserted + more.inserted };
    }
    return change;
  }

  /**
   * Begins to load the children of a node. Undefined where they are loaded or being loaded, or the
   * node cannot have any.
   */
  load(node: TreeNode<Entry>): TreeLoad<Entry> | undefined {
    const row = this.#row(node);
    if (row.children.tag !== "unloaded" && row.children.tag !== "failed") return undefined;
    const loading: TreeChildren = { tag: "loading" };
    row.children = loading;
    const isOpen = (): boolean => row.children === loading && this.has(row);
    return {
      get open() {
        return isOpen();
      },
      done: (entries) => {
        const children = [...entries];
        return isOpen() ? this.#fill(row, children) : undefined;
      },
      failed: (reason) => {
        if (isOpen()) row.children = { tag: "failed", reason };
      },
    };
  }

  /**
   * Forgets the children of a node, which can then be loaded again. An expanded node stays
   * expanded.
   */
  unload(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    if (row.children.tag === "none") return undefined;
    row.children = unloaded;
    const at = this.#rows.placeOf(row);
    const gone = row.expanded ? this.#rows.takeBelow(row) : undefined;
    if (row.hidden !== undefined) row.hidden.holder = undefined;
    row.hidden = undefined;
    refresh(row);
    if (gone === undefined || at === undefined) return undefined;
    return { at: at + 1, removed: gone.rows, inserted: 0 };
  }

  /**
   * Adds entries to the children of a node, or at the top level: before one of them or, by default,
   * after all. Throws `text-unloaded` where the children are not loaded. A node that could not have
   * children can have them from now on.
   */
  insert(
    parent: TreeNode<Entry> | undefined,
    entries: Iterable<NewEntry<Entry>>,
    before?: TreeNode<Entry>,
  ): RowChange | undefined {
    const children = [...entries];
    const into = parent === undefined ? undefined : this.#row(parent);
    const sibling = before === undefined ? undefined : this.#row(before);
    if (sibling !== undefined && sibling.parent !== into) {
      throw new TenonError("text-range", "the node to insert before has another parent", {
        data: { what: "sibling" },
      });
    }
    const { root, count } = rowsOf(children, into);
    if (into !== undefined) addChildren(into, count);
    if (root === undefined) return undefined;
    if (sibling !== undefined) return this.#rows.insertBefore(sibling, root);
    if (into !== undefined && !into.expanded) return this.#rows.hide(into, root);
    const next = into === undefined ? undefined : behind(into);
    if (next !== undefined) return this.#rows.insertBefore(next, root);
    return this.#rows.append(root, into);
  }

  /** Removes a node and all that is below it. */
  remove(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    const at = this.#rows.placeOf(row);
    const gone = this.#rows.take(row);
    if (row.parent !== undefined) addChildren(row.parent, -1);
    return at === undefined ? undefined : { at, removed: gone.rows, inserted: 0 };
  }

  #fill(row: TreeRow<Entry>, entries: readonly NewEntry<Entry>[]): RowChange | undefined {
    const { root, count } = rowsOf(entries, row);
    row.children = { tag: "loaded", count };
    if (root === undefined) return undefined;
    return row.expanded ? this.#rows.insertAfter(row, root) : this.#rows.hide(row, root);
  }

  #row(node: TreeNode<Entry>): TreeRow<Entry> {
    if (this.has(node)) return asRow(node);
    throw new TenonError(
      "text-removed",
      "the node is not, or no longer, in this tree; take it from the tree again",
    );
  }
}

/** What comes before the end of everything below an expanded node. */
function endOf<Entry>(row: TreeRow<Entry>): { readonly rows: number; readonly entries: number } {
  const next = behind(row);
  return next === undefined ? rootOf(row) : countBefore(next);
}

/** Every node was made by a tree, so it is a TreeRow. */
function asRow<Entry>(node: TreeNode<Entry>): TreeRow<Entry> {
  return node as TreeRow<Entry>;
}

function rowsOf<Entry>(
  entries: readonly NewEntry<Entry>[],
  parent: TreeRow<Entry> | undefined,
): { readonly root: TreeRow<Entry> | undefined; readonly count: number } {
  const rows = entries.map(
    ({ entry, branch }) => new TreeRow(entry, parent, branch === true ? unloaded : none),
  );
  return { root: build(rows), count: rows.length };
}

function addChildren<Entry>(row: TreeRow<Entry>, count: number): void {
  const { children } = row;
  if (children.tag === "loaded") row.children = { tag: "loaded", count: children.count + count };
  else if (children.tag !== "none") {
    throw new TenonError("text-unloaded", "the children of the node are not loaded; load them");
  } else if (count > 0) row.children = { tag: "loaded", count };
}
