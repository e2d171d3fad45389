import { Branch } from "../balanced.ts";

/** The most rows of a block whose heights are kept one by one. */
export const blockMost = 512;
/** Neighbouring blocks with at most this many rows together are joined. */
export const blockLeast = 256;
/** The height of a row that has not been measured. */
export const unmeasured = 0xffffffff;

/**
 * Some consecutive rows. Heights are whole numbers of a unit; a row that has not been measured has
 * none.
 *
 * `heights` is undefined where no row has been measured; only such a block may have any number of
 * rows.
 */
export class HeightBlock extends Branch<HeightBlock> {
  rows: number;
  /** Sum of the heights of the measured rows. */
  units = 0;
  /** Rows that have not been measured. */
  blank: number;
  /** The same for the whole subtree. */
  allRows: number;
  allUnits = 0;
  allBlank: number;
  #heights: Uint32Array | undefined;

  constructor(rows: number) {
    super();
    this.rows = this.allRows = rows;
    this.blank = this.allBlank = rows;
  }

  override pull(): void {
    const { left, right } = this;
    this.allRows = this.rows + (left?.allRows ?? 0) + (right?.allRows ?? 0);
    this.allUnits = this.units + (left?.allUnits ?? 0) + (right?.allUnits ?? 0);
    this.allBlank = this.blank + (left?.allBlank ?? 0) + (right?.allBlank ?? 0);
  }

  get measured(): boolean {
    return this.#heights !== undefined;
  }

  rowHeight(row: number): number {
    return this.#heights?.[row] ?? unmeasured;
  }

  /** The block has at most `blockMost` rows. */
  set(row: number, height: number): void {
    const heights = (this.#heights ??= new Uint32Array(blockMost).fill(unmeasured));
    const old = heights[row]!;
    heights[row] = height;
    if (old === unmeasured) this.blank--;
    else this.units -= old;
    if (height === unmeasured) this.blank++;
    else this.units += height;
  }

  /** The height of the rows before `row`, where each unmeasured row counts with `estimate`. */
  before(row: number, estimate: number): number {
    const heights = this.#heights;
    if (heights === undefined) return row * estimate;
    let sum = 0;
    for (let i = 0; i < row; i++) {
      const height = heights[i]!;
      sum += height === unmeasured ? estimate : height;
    }
    return sum;
  }

  /** The first row that ends behind `units`; there must be one. */
  rowAt(units: number, estimate: number): number {
    const heights = this.#heights;
    if (heights === undefined) return Math.min(Math.floor(units / estimate), this.rows - 1);
    let row = 0;
    for (let left = units; row < this.rows - 1; row++) {
      const height = heights[row]!;
      left -= height === unmeasured ? estimate : height;
      if (left < 0) break;
    }
    return row;
  }

  /** Replaces rows by unmeasured ones. The block must have room for them. */
  splice(at: number, removed: number, inserted: number): void {
    const heights = this.#heights;
    const { rows } = this;
    this.rows = rows + inserted - removed;
    if (heights === undefined) {
      this.blank = this.rows;
      return;
    }
    for (let i = at; i < at + removed; i++) {
      if (heights[i] === unmeasured) this.blank--;
      else this.units -= heights[i]!;
    }
    heights.copyWithin(at + inserted, at + removed, rows);
    heights.fill(unmeasured, at, at + inserted);
    heights.fill(unmeasured, this.rows, rows);
    this.blank += inserted;
  }

  /** Keeps the rows before `at`, and returns the others as a block. */
  split(at: number): HeightBlock {
    const rest = new HeightBlock(this.rows - at);
    if (this.#heights !== undefined) rest.#copy(this, at, this.rows, 0);
    this.splice(at, this.rows - at, 0);
    return rest;
  }

  /**
   * Adds another block's rows at the end. Together they have at most `blockMost` rows, or none of
   * them has been measured.
   */
  append(other: HeightBlock): void {
    const at = this.rows;
    this.rows += other.rows;
    this.blank += other.blank;
    if (other.measured) {
      this.blank += other.rows - other.blank;
      this.#copy(other, 0, other.rows, at);
    }
  }

  #copy(from: HeightBlock, start: number, end: number, at: number): void {
    for (let row = start; row < end; row++) {
      const height = from.rowHeight(row);
      if (height !== unmeasured) this.set(at + row - start, height);
    }
  }
}
