import type { CapName, Caps } from "./catalogue.ts";
import { overCap } from "./faults.ts";
import * as count from "./function-counts.ts";

/** For each summed cap, the count of a function that is summed: an index of function-counts.ts. */
const SUMMED: readonly (readonly [CapName, number])[] = [
  ["componentBlocks", count.BLOCKS],
  ["componentLoops", count.LOOPS],
  ["componentLocals", count.LOCALS],
  ["componentLocalBytes", count.LOCAL_BYTES],
  ["componentBlockSlots", count.BLOCK_SLOTS],
  ["componentBranchSlots", count.BRANCH_SLOTS],
];

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

  /** Adds the `counts` of a function whose body starts at `offset`. Throws `component-limit`. */
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
