import { after, concat, cutBefore } from "../balanced.ts";
import { behind, countBefore, rootOf } from "./tree-row.ts";
import type { TreeRow } from "./tree-row.ts";

/**
 * Rows that were inserted or removed at one place, as VirtualList.insert and VirtualList.remove
 * take them.
 */
export interface RowChange {
  /** The index of the first row, from 0. */
  readonly at: number;
  /** How many rows went. */
  readonly removed: number;
  /** How many rows came. */
  readonly inserted: number;
}

/**
 * The sequences of a VirtualTree: the visible one, and one for each collapsed node that hides rows.
 * Operations that change the visible one return the change.
 */
export class RowSequences<Entry> {
  #root: TreeRow<Entry> | undefined;

  constructor(root: TreeRow<Entry> | undefined) {
    this.#root = root;
  }

  /** The root of the visible sequence. */
  get root(): TreeRow<Entry> | undefined {
    return this.#root;
  }

  /** The index of a row among the visible ones; undefined where it is hidden. */
  placeOf(row: TreeRow<Entry>): number | undefined {
    return rootOf(row) === this.#root ? countBefore(row).rows : undefined;
  }

  /** Adds rows at the end of a row's sequence or, without a row, of the visible one. */
  append(rows: TreeRow<Entry>, row: TreeRow<Entry> | undefined): RowChange | undefined {
    const sequence = row === undefined ? this.#root : rootOf(row);
    return this.#splice(sequence, sequence?.holder, rows, undefined);
  }

  /** Adds a sequence at the end of the rows that a collapsed node hides. */
  hide(row: TreeRow<Entry>, rows: TreeRow<Entry>): undefined {
    this.#set(concat(row.hidden, rows), row);
  }

  insertAfter(row: TreeRow<Entry>, rows: TreeRow<Entry>): RowChange | undefined {
    const next = after(row);
    if (next !== undefined) return this.insertBefore(next, rows);
    return this.append(rows, row);
  }

  insertBefore(next: TreeRow<Entry>, rows: TreeRow<Entry>): RowChange | undefined {
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

  /** Cuts a row out of its sequence, with everything below it if it is expanded. */
  take(row: TreeRow<Entry>): TreeRow<Entry> {
    const { holder } = rootOf(row);
    const next = behind(row);
    const [left, rest] = cutBefore(row);
    const [gone, right] = next === undefined ? [rest, undefined] : cutBefore(next);
    this.#set(concat(left, right), holder);
    gone!.holder = undefined;
    return gone!;
  }

  /** Cuts everything below an expanded node out of its sequence. */
  takeBelow(row: TreeRow<Entry>): TreeRow<Entry> | undefined {
    const first = after(row);
    const next = behind(row);
    if (first === undefined || first === next) return undefined;
    const { holder } = rootOf(row);
    const [left, rest] = cutBefore(first);
    const [below, right] = next === undefined ? [rest, undefined] : cutBefore(next);
    this.#set(concat(left, right), holder);
    if (below !== undefined) below.holder = undefined;
    return below;
  }

  /** Makes a sequence the visible one or, with a holder, the one that the holder hides. */
  #set(root: TreeRow<Entry> | undefined, holder: TreeRow<Entry> | undefined): void {
    if (root !== undefined) root.holder = holder;
    if (holder === undefined) this.#root = root;
    else {
      holder.hidden = root;
      refresh(holder);
    }
  }
}

/** Updates the counts of a row and of everything that contains it. */
export function refresh<Entry>(row: TreeRow<Entry>): void {
  let at: TreeRow<Entry> | undefined = row;
  while (at !== undefined) {
    at.pull();
    at = at.up ?? at.holder;
  }
}
