import { cutBefore, insertAfter } from "../balanced.ts";
import type { HeightBlock } from "./height-block.ts";

/** A block, with the rows and the (estimated) units before it. */
export interface BlockPlace {
  readonly block: HeightBlock;
  readonly rows: number;
  readonly units: number;
}

/** The block that contains a row; there must be one. */
export function findBlock(root: HeightBlock, row: number, estimate: number): BlockPlace {
  let at = root;
  let rows = 0;
  let units = 0;
  for (;;) {
    const { left } = at;
    const first = rows + (left?.allRows ?? 0);
    if (left !== undefined && row < first) at = left;
    else {
      rows = first;
      if (left !== undefined) units += left.allUnits + left.allBlank * estimate;
      if (row < rows + at.rows) return { block: at, rows, units };
      rows += at.rows;
      units += at.units + at.blank * estimate;
      at = at.right!;
    }
  }
}

/** Cuts the blocks in two before a row. */
export function cutAt(
  root: HeightBlock | undefined,
  row: number,
): readonly [HeightBlock | undefined, HeightBlock | undefined] {
  if (root === undefined || row === 0) return [undefined, root];
  if (row === root.allRows) return [root, undefined];
  const { block, rows } = findBlock(root, row, 0);
  if (row === rows) return cutBefore(block);
  const rest = block.split(row - rows);
  insertAfter(block, rest);
  return cutBefore(rest);
}

/** Adds to the sums of a block and of all above it. */
export function changed(from: HeightBlock, rows: number, units: number, blank: number): void {
  for (let at: HeightBlock | undefined = from; at !== undefined; at = at.up) {
    at.allRows += rows;
    at.allUnits += units;
    at.allBlank += blank;
  }
}
