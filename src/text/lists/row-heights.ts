import { TenonError } from "../../errors.ts";
import { after, before, concat, firstOf, insertAfter, lastOf, mend, remove } from "../balanced.ts";
import { blockLeast, blockMost, HeightBlock, unmeasured } from "./height-block.ts";
import { changed, cutAt, findBlock } from "./height-blocks.ts";
import type { BlockPlace } from "./height-blocks.ts";
import { checkIndex, outOfRange } from "../range.ts";

/** Heights are kept in 64ths of a pixel, the unit of browsers' layout, so that sums are exact. */
const unitsPerPixel = 64;
const mostHeight = 0xfffffffe / unitsPerPixel;
/** The most rows that are accepted. */
const mostRows = 2 ** 31 - 1;

/**
 * The heights of very many rows, and their sums. Rows are unmeasured at first and count with an
 * estimate; consecutive unmeasured rows take no memory. A measured row takes four to sixteen bytes.
 *
 * Heights are pixels from 0 to 67,108,863, rounded to 1/64. Every operation takes O(log n).
 * Anything out of range throws `text-range`.
 */
export class RowHeights {
  #root: HeightBlock | undefined;
  #estimate: number;

  constructor(rows: number, estimate: number) {
    checkIndex("row count", rows, mostRows);
    this.#estimate = toUnits(estimate);
    this.#root = rows === 0 ? undefined : new HeightBlock(rows);
  }

  /** How many rows there are. */
  get rows(): number {
    return this.#root?.allRows ?? 0;
  }
  /** How many of the rows have been measured. */
  get measured(): number {
    return this.#root === undefined ? 0 : this.#root.allRows - this.#root.allBlank;
  }
  /** The height of all rows. */
  get total(): number {
    return this.#unitsOf(this.#root) / unitsPerPixel;
  }

  /** The height of a row that has not been measured. */
  get estimate(): number {
    return this.#estimate / unitsPerPixel;
  }
  /** O(1), however many rows count with it. */
  set estimate(height: number) {
    this.#estimate = toUnits(height);
  }
  /** The mean height of the measured rows; the estimate where there are none. */
  get mean(): number {
    const { measured } = this;
    return measured === 0 ? this.estimate : this.#root!.allUnits / measured / unitsPerPixel;
  }

  /** The height of a row, in pixels. */
  height(row: number): number {
    const { block, rows } = this.#find(row);
    const height = block.rowHeight(row - rows);
    return (height === unmeasured ? this.#estimate : height) / unitsPerPixel;
  }

  /** The height of the rows before `row`, which may be the number of rows. */
  top(row: number): number {
    if (row === this.rows) return this.total;
    const { block, rows, units } = this.#find(row);
    return (units + block.before(row - rows, this.#estimate)) / unitsPerPixel;
  }

  /**
   * The row at a distance from the top, in pixels. A place above the top counts as the top; below
   * the bottom it is the last row. A row without height is never found. There must be rows.
   */
  rowAt(place: number): number {
    let at = this.#root;
    if (at === undefined || Number.isNaN(place)) throw outOfRange("place", place, this.total);
    let target = Math.max(0, Math.floor(place * unitsPerPixel));
    let rows = 0;
    for (;;) {
      const before = this.#unitsOf(at.left);
      const here = at.units + at.blank * this.#estimate;
      if (target < before) at = at.left!;
      else {
        rows += at.left?.allRows ?? 0;
        target -= before;
        if (target < here) return rows + at.rowAt(target, this.#estimate);
        target -= here;
        rows += at.rows;
        if (at.right === undefined) return rows - 1;
        at = at.right;
      }
    }
  }

  /** Sets the height of a row, in pixels. */
  set(row: number, height: number): void {
    const value = toUnits(height);
    const { block, rows } = this.#find(row);
    const within = row - rows;
    if (block.rows <= blockMost) this.#set(block, within, value);
    else {
      const start = within - (within % blockMost);
      this.#set(this.#carve(block, start), within - start, value);
    }
  }

  /** Makes all rows unmeasured again, for example after the width has changed. */
  forget(): void {
    if (this.#root !== undefined) this.#root = new HeightBlock(this.#root.allRows);
  }

  /** Removes some rows at `at` and puts unmeasured ones in their place. */
  splice(at: number, removed: number, inserted: number): void {
    checkIndex("row", at, this.rows);
    checkIndex("number of rows to remove", removed, this.rows - at);
    checkIndex("number of rows to insert", inserted, mostRows - this.rows + removed);
    if (this.#spliceInBlock(at, removed, inserted)) return;
    const [left, rest] = cutAt(this.#root, at);
    const [, right] = cutAt(rest, removed);
    const fresh = inserted === 0 ? undefined : new HeightBlock(inserted);
    const seam = left === undefined ? undefined : lastOf(left);
    this.#root = concat(concat(left, fresh), right);
    if (this.#root !== undefined) {
      this.#joinSmall(seam === undefined ? firstOf(this.#root) : (before(seam) ?? seam));
    }
  }

  /**
   * Handles the case of one block, which most small changes are. Returns false where it does not
   * apply.
   */
  #spliceInBlock(at: number, removed: number, inserted: number): boolean {
    if (this.rows === 0 || removed + inserted === 0) return removed + inserted === 0;
    // The block of the row before takes the inserted rows, if it has room.
    for (let row = at; row >= 0 && row >= at - 1; row--) {
      if (row === this.rows || (removed > 0 && row < at)) continue;
      const { block, rows } = this.#find(row);
      const size = block.rows + inserted - removed;
      if (at + removed > rows + block.rows || (block.measured && size > blockMost)) continue;
      if (size < block.rows && size <= blockLeast) continue;
      const { units, blank } = block;
      block.splice(at - rows, removed, inserted);
      changed(block, inserted - removed, block.units - units, block.blank - blank);
      return true;
    }
    return false;
  }

  /** Joins small neighbours among a block and the four blocks after it. */
  #joinSmall(from: HeightBlock): void {
    let block = from;
    for (let i = 0; i < 4; i++) {
      const next = after(block);
      if (next === undefined) return;
      const plain = !block.measured && !next.measured;
      if (plain || block.rows + next.rows <= blockLeast) {
        remove(next);
        block.append(next);
        this.#root = mend(block);
      } else {
        block = next;
      }
    }
  }

  #set(block: HeightBlock, row: number, value: number): void {
    const { units, blank } = block;
    block.set(row, value);
    changed(block, 0, block.units - units, block.blank - blank);
  }

  /**
   * Cuts rows from `start` on out of a block that is too large to keep heights: as many as one
   * block can keep.
   */
  #carve(block: HeightBlock, start: number): HeightBlock {
    const middle = start === 0 ? block : block.split(start);
    if (middle !== block) this.#root = insertAfter(block, middle);
    if (middle.rows > blockMost) this.#root = insertAfter(middle, middle.split(blockMost));
    return middle;
  }

  #find(row: number): BlockPlace {
    const { rows } = this;
    checkIndex("row", row, rows - 1);
    return findBlock(this.#root!, row, this.#estimate);
  }

  #unitsOf(tree: HeightBlock | undefined): number {
    return tree === undefined ? 0 : tree.allUnits + tree.allBlank * this.#estimate;
  }
}

function toUnits(height: number): number {
  if (!(height >= 0 && height <= mostHeight)) {
    throw new TenonError(
      "text-range",
      `a height of ${height} is out of range; give pixels from 0 to ${Math.floor(mostHeight)}`,
      { data: { what: "height", value: height, most: mostHeight } },
    );
  }
  return Math.round(height * unitsPerPixel);
}
