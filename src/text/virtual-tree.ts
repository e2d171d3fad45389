import { TenonError } from "../errors.ts";
import { after, build, concat, cutBefore } from "./balanced.ts";
import { checkIndex, checkRange } from "./range.ts";
import { behind, countBefore, rootOf, rowOf, TreeRow } from "./tree-row.ts";
import type { TreeChildren, TreeNode } from "./tree-row.ts";

/// An entry to be put into a tree.
export interface NewEntry<Entry> {
  readonly entry: Entry;
  /// Whether it can have children, which are loaded later; by default no.
  readonly branch?: boolean;
}

/// Rows that came or went, in one place, as VirtualList.insert and VirtualList.remove take them.
export interface RowChange {
  readonly at: number;
  readonly removed: number;
  readonly inserted: number;
}

/// The right to say what the children of a node are, once. It lapses when the node is removed or
/// unloaded.
export interface TreeLoad<Entry> {
  /// Whether it has neither been used nor lapsed. Otherwise `done` and `failed` do nothing.
  readonly open: boolean;
  done(entries: Iterable<NewEntry<Entry>>): RowChange | undefined;
  failed(reason: unknown): void;
}

const none: TreeChildren = { tag: "none" };
const unloaded: TreeChildren = { tag: "unloaded" };

/// The model behind a tree view of up to millions of entries, of which those show whose ancestors are
/// all expanded. Children are loaded when they are wanted.
///
/// Operations take O(log n), however deep the tree is, once more for each collapsed node that they
/// happen within; `done` and `insert` O(new entries) as well. What changes the rows that show answers
/// how. A node that has been removed is refused with `text-removed`.
export class VirtualTree<Entry> {
  #root: TreeRow<Entry> | undefined;

  constructor(entries: Iterable<NewEntry<Entry>> = []) {
    this.#root = rowsOf([...entries], undefined).root;
  }

  /// How many entries show.
  get rows(): number {
    return this.#root?.rows ?? 0;
  }
  /// How many entries there are.
  get size(): number {
    return this.#root?.entries ?? 0;
  }

  /// The node that shows at a row.
  at(row: number): TreeNode<Entry> {
    checkIndex("row", row, this.rows - 1);
    return rowOf(this.#root!, row);
  }

  /// The nodes that show at the rows `[from, to)`.
  slice(from = 0, to: number = this.rows): TreeNode<Entry>[] {
    checkRange(from, to, this.rows);
    const nodes: TreeNode<Entry>[] = [];
    if (from === to) return nodes;
    let row: TreeRow<Entry> | undefined = rowOf(this.#root!, from);
    for (; row !== undefined && nodes.length < to - from; row = after(row)) nodes.push(row);
    return nodes;
  }

  /// The row at which a node shows; undefined where it does not.
  indexOf(node: TreeNode<Entry>): number | undefined {
    return this.#visible(asRow(node));
  }

  /// Whether the node is in this tree, shown or not.
  has(node: TreeNode<Entry>): boolean {
    if (!(node instanceof TreeRow)) return false;
    let root = rootOf(asRow(node));
    while (root.holder !== undefined) root = rootOf(root.holder);
    return root === this.#root;
  }

  /// How many entries below a node have been loaded.
  sizeOf(node: TreeNode<Entry>): number {
    const row = this.#row(node);
    if (!row.expanded) return row.hidden?.entries ?? 0;
    return this.#behind(row).entries - countBefore(row).entries - 1;
  }

  /// How many entries below a node show when it does.
  rowsOf(node: TreeNode<Entry>): number {
    const row = this.#row(node);
    return row.expanded ? this.#behind(row).rows - countBefore(row).rows - 1 : 0;
  }

  /// Shows what is below a node, as it was when last seen. What has not been loaded is up to `load`.
  expand(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    if (row.expanded || row.children.tag === "none") return undefined;
    row.expanded = true;
    const { hidden } = row;
    if (hidden === undefined) return undefined;
    row.hidden = undefined;
    hidden.holder = undefined;
    refresh(row);
    return this.#insertAfter(row, hidden);
  }

  collapse(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    if (!row.expanded) return undefined;
    const at = this.#visible(row);
    const hidden = this.#takeBelow(row);
    row.expanded = false;
    row.hidden = hidden;
    if (hidden === undefined) return undefined;
    hidden.holder = row;
    refresh(row);
    return at === undefined ? undefined : { at: at + 1, removed: hidden.rows, inserted: 0 };
  }

  /// Expands what a node is below of, so that it shows. O(depth) as well.
  reveal(node: TreeNode<Entry>): RowChange | undefined {
    const above: TreeRow<Entry>[] = [];
    for (let { parent } = this.#row(node); parent !== undefined; parent = parent.parent) {
      above.push(parent);
    }
    // Inwards: what comes later lies within what came first.
    let change: RowChange | undefined;
    for (const parent of above.reverse()) {
      const more = this.expand(parent);
      if (change === undefined || more === undefined) change ??= more;
      else change = { ...change, inserted: change.inserted + more.inserted };
    }
    return change;
  }

  /// Begins to load the children of a node; undefined where they are loaded or being loaded, or there
  /// cannot be any.
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

  /// Forgets the children of a node, which can be loaded again. It stays expanded if it is.
  unload(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    if (row.children.tag === "none") return undefined;
    row.children = unloaded;
    const at = this.#visible(row);
    const gone = row.expanded ? this.#takeBelow(row) : undefined;
    drop(row.hidden);
    row.hidden = undefined;
    refresh(row);
    if (gone === undefined || at === undefined) return undefined;
    return { at: at + 1, removed: gone.rows, inserted: 0 };
  }

  /// Puts entries among the children of a node, or at the top: before one of these or, by default,
  /// after all. Throws `text-unloaded` where the children are not loaded; a node that could not have
  /// any can from now on.
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
    if (sibling !== undefined) return this.#insertBefore(sibling, root);
    if (into !== undefined && !into.expanded) return this.#hide(into, root);
    const next = into === undefined ? undefined : behind(into);
    if (next !== undefined) return this.#insertBefore(next, root);
    const sequence = into === undefined ? this.#root : rootOf(into);
    return this.#splice(sequence, sequence?.holder, root, undefined);
  }

  /// Removes a node and all that is below it.
  remove(node: TreeNode<Entry>): RowChange | undefined {
    const row = this.#row(node);
    const at = this.#visible(row);
    const { holder } = rootOf(row);
    const next = behind(row);
    const [left, rest] = cutBefore(row);
    const [gone, right] = next === undefined ? [rest, undefined] : cutBefore(next);
    drop(gone);
    this.#set(concat(left, right), holder);
    if (row.parent !== undefined) addChildren(row.parent, -1);
    return at === undefined ? undefined : { at, removed: gone?.rows ?? 0, inserted: 0 };
  }

  #fill(row: TreeRow<Entry>, entries: readonly NewEntry<Entry>[]): RowChange | undefined {
    const { root, count } = rowsOf(entries, row);
    row.children = { tag: "loaded", count };
    if (root === undefined) return undefined;
    return row.expanded ? this.#insertAfter(row, root) : this.#hide(row, root);
  }

  /// Adds a sequence at the end of what a collapsed node hides.
  #hide(row: TreeRow<Entry>, rows: TreeRow<Entry>): undefined {
    this.#set(concat(row.hidden, rows), row);
  }

  #insertAfter(row: TreeRow<Entry>, rows: TreeRow<Entry>): RowChange | undefined {
    const next = after(row);
    if (next !== undefined) return this.#insertBefore(next, rows);
    const root = rootOf(row);
    return this.#splice(root, root.holder, rows, undefined);
  }

  #insertBefore(next: TreeRow<Entry>, rows: TreeRow<Entry>): RowChange | undefined {
    const { holder } = rootOf(next);
    const [left, right] = cutBefore(next);
    return this.#splice(left, holder, rows, right);
  }

  #splice(
    left: TreeRow<Entry> | undefined,
    holder: TreeRow<Entry> | undefined,
    rows: TreeRow<Entry>,
    right: TreeRow<Entry> | undefined,
  ): RowChange | undefined {
    const at = left?.rows ?? 0;
    const inserted = rows.rows;
    this.#set(concat(concat(left, rows), right), holder);
    return holder === undefined ? { at, removed: 0, inserted } : undefined;
  }

  /// Cuts out of its sequence what is below an expanded node.
  #takeBelow(row: TreeRow<Entry>): TreeRow<Entry> | undefined {
    const first = after(row);
    const next = behind(row);
    if (first === undefined || first === next) return undefined;
    const { holder } = rootOf(row);
    const [left, rest] = cutBefore(first);
    const [below, right] = next === undefined ? [rest, undefined] : cutBefore(next);
    this.#set(concat(left, right), holder);
    drop(below);
    return below;
  }

  /// Makes a sequence the one that shows or, with a holder, what that hides.
  #set(root: TreeRow<Entry> | undefined, holder: TreeRow<Entry> | undefined): void {
    if (root !== undefined) root.holder = holder;
    if (holder === undefined) this.#root = root;
    else {
      holder.hidden = root;
      refresh(holder);
    }
  }

  /// What stands before the end of what is below an expanded node.
  #behind(row: TreeRow<Entry>): { readonly rows: number; readonly entries: number } {
    const next = behind(row);
    return next === undefined ? rootOf(row) : countBefore(next);
  }

  #visible(row: TreeRow<Entry>): number | undefined {
    return rootOf(row) === this.#root ? countBefore(row).rows : undefined;
  }

  #row(node: TreeNode<Entry>): TreeRow<Entry> {
    if (this.has(node)) return asRow(node);
    throw new TenonError(
      "text-removed",
      "the node is not, or no longer, in this tree; take it from the tree again",
    );
  }
}

/// All nodes that there are were made by a tree.
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

/// Nothing holds the sequence any more.
function drop<Entry>(root: TreeRow<Entry> | undefined): void {
  if (root !== undefined) root.holder = undefined;
}

/// Counts again from a row upwards, through all that holds it.
function refresh<Entry>(row: TreeRow<Entry>): void {
  let at: TreeRow<Entry> | undefined = row;
  while (at !== undefined) {
    at.pull();
    at = at.up ?? at.holder;
  }
}
