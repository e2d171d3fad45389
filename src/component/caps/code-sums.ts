import type { CapName, Caps } from "./cap-row.ts";
import { overCap } from "./faults.ts";
import * as count from "./function-counts.ts";

/** For each summed cap, the count of a function that is summed: an index of function-counts.ts. */
const SUMMED: readonly (readonly [CapName, number])[] = [
  ["componentLocals", count.LOCALS],
  ["componentLocalBytes", count.LOCAL_BYTES],
  ["componentBlocks", count.BLOCKS],
  ["componentLoops", count.LOOPS],
  ["componentBlockSlots", count.BLOCK_SLOTS],
  ["componentBranchSlots", count.BRANCH_SLOTS],
];

const COUNTS: Uint8Array = Uint8Array.from(SUMMED, ([, counted]) => counted);

/** How many of them are counted in straight code, too: the first. */
const OF_STRAIGHT = 2;

/**
 * The sums over all functions of a component's core modules, checked against the caps. There is one
 * for the whole component, because all of its modules are compiled before it starts.
 */
export class CodeSums {
  readonly #most: Float64Array;
  readonly #sums: Float64Array = new Float64Array(SUMMED.length);

  constructor(caps: Caps) {
    this.#most = Float64Array.from(SUMMED, ([name]) => caps[name]);
  }

  /**
   * Adds the `counts` of a function whose body starts at `offset`. `winds`: it has more than straight code,
   * whose other counts are zero. Throws `component-limit`.
   */
  add(counts: Float64Array, offset: number, winds: boolean): void {
    const sums = this.#sums;
    const most = this.#most;
    const end = winds ? sums.length : OF_STRAIGHT;
    for (let index = 0; index < end; index++) {
      const sum = (sums[index]! += counts[COUNTS[index]!]!);
      if (sum > most[index]!) throw overCap(SUMMED[index]![0], sum, most[index]!, offset);
    }
  }

  get sizes(): Readonly<Partial<Record<CapName, number>>> {
    return Object.fromEntries(SUMMED.map(([name], index) => [name, this.#sums[index]!]));
  }
}
