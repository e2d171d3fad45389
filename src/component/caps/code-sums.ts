import type { CapName, Caps } from "./catalogue.ts";
import { overCap } from "./faults.ts";
import * as count from "./function-counts.ts";

/** By cap, what of each function is summed: an index of function-counts.ts. */
const SUMMED: readonly (readonly [CapName, number])[] = [
  ["componentBlocks", count.BLOCKS],
  ["componentLoops", count.LOOPS],
  ["componentBlockSlots", count.BLOCK_SLOTS],
  ["componentBranchSlots", count.BRANCH_SLOTS],
];

/**
 * What the functions of a component's core modules measure in sum, set against its caps: one for all of
 * them, since all are compiled before it starts.
 */
export class CodeSums {
  readonly #most: Float64Array;
  readonly #sums: Float64Array = new Float64Array(SUMMED.length);

  constructor(caps: Caps) {
    this.#most = Float64Array.from(SUMMED, ([name]) => caps[name]);
  }

  /** `counts`: of a function whose body starts at `offset`. Throws `component-limit`. */
  add(counts: Float64Array, offset: number): void {
    const [sums, most] = [this.#sums, this.#most];
    for (let index = 0; index < sums.length; index++) {
      const [name, counted] = SUMMED[index]!;
      const sum = (sums[index]! += counts[counted]!);
      if (sum > most[index]!) throw overCap(name, sum, most[index]!, offset);
    }
  }

  get sizes(): Readonly<Partial<Record<CapName, number>>> {
    return Object.fromEntries(SUMMED.map(([name], index) => [name, this.#sums[index]!]));
  }
}
