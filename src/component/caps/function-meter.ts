import type { CapName, Caps } from "./cap-row.ts";
import type { CodeSums } from "./code-sums.ts";
import { overCap } from "./faults.ts";
import { BYTES, COUNTED, LOCAL_BYTES, LOCALS, STRAIGHT } from "./function-counts.ts";

/** Compares what is counted in each function with the caps of functions. */
export class FunctionMeter {
  /**
   * Counts of the current function, by the indices of function-counts.ts; zeros between two
   * functions.
   */
  readonly counts: Float64Array = new Float64Array(COUNTED.length);
  readonly #largest: Float64Array = new Float64Array(COUNTED.length);
  readonly #caps: Float64Array;
  readonly #sums: CodeSums;
  #func = 0;
  #start = 0;

  /** The counts of each function are added to `sums`. */
  constructor(caps: Caps, sums: CodeSums) {
    this.#caps = Float64Array.from(COUNTED, (name) => caps[name]);
    this.#sums = sums;
  }

  /** The largest value of each cap in any function so far. */
  get largest(): Readonly<Partial<Record<CapName, number>>> {
    return Object.fromEntries(COUNTED.map((name, index) => [name, this.#largest[index]!]));
  }

  /** Begins the function `func`, whose body starts at `start`. */
  begin(func: number, start: number, bytes: number, locals: number): void {
    this.#func = func;
    this.#start = start;
    this.counts[BYTES] = bytes;
    this.counts[LOCALS] = locals;
    this.#check(BYTES);
    this.#check(LOCALS);
    this.counts[LOCAL_BYTES] = bytes * locals;
    this.#check(LOCAL_BYTES);
  }

  /** Raises a count that is the largest of its kind. */
  raise(index: number, value: number): void {
    if (value <= this.counts[index]!) return;
    this.counts[index] = value;
    this.#check(index);
  }

  /** Ends the function. `winds`: it has more than straight code. */
  finish(winds: boolean): void {
    const counts = this.counts;
    // Millions of functions may have neither.
    if (winds || counts[LOCALS]! > 0) this.#sums.add(counts, this.#start, winds);
    const largest = this.#largest;
    const counted = winds ? counts.length : STRAIGHT;
    for (let index = 0; index < counted; index++) {
      const value = counts[index]!;
      if (value === 0) continue;
      // A value that is no greater than an earlier one is within its cap.
      if (value > largest[index]!) {
        this.#check(index);
        largest[index] = value;
      }
      counts[index] = 0;
    }
  }

  #check(index: number): void {
    const value = this.counts[index]!;
    const most = this.#caps[index]!;
    if (value > most) throw overCap(COUNTED[index]!, value, most, this.#start, this.#func);
  }
}
