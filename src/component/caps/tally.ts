import type { Budget } from "../decode/reader.ts";
import type { CapName, Caps } from "./cap-row.ts";
import { CAP_NAMES, CATALOGUE, DEFAULT_CAPS } from "./catalogue.ts";
import { overCap } from "./faults.ts";
import type { ModuleSizes } from "./module-scanner.ts";

/**
 * Counts a component and everything nested in it against the caps. Throws `component-limit` as soon
 * as something over a cap is announced.
 */
export class Tally implements Budget {
  readonly caps: Caps;
  readonly #sizes: Map<CapName, number>;

  constructor(caps: Caps = DEFAULT_CAPS) {
    this.caps = caps;
    const own = CAP_NAMES.filter((name) => CATALOGUE[name].scope === "component");
    this.#sizes = new Map(own.map((name) => [name, 0]));
  }

  /** `offset`: where it is, in bytes from the component's start. */
  add(name: CapName, offset: number, count = 1): void {
    this.raise(name, this.#sizes.get(name)! + count, offset);
  }

  /** For caps that are not summed: the largest value counts. */
  raise(name: CapName, value: number, offset: number): void {
    const most = this.caps[name];
    if (value > most) throw overCap(name, value, most, offset);
    if (value > this.#sizes.get(name)!) this.#sizes.set(name, value);
  }

  items(count: number, offset: number): void {
    this.add("componentParts", offset, count);
  }

  name(length: number, offset: number): void {
    this.raise("componentNameBytes", length, offset);
  }

  get sizes(): Readonly<Partial<Record<CapName, number>>> {
    return Object.fromEntries(this.#sizes);
  }
}

/**
 * How long instantiating a module takes, in units of about 10 ns: what each of its instances adds to
 * `componentStartWork`.
 */
export function startWork(sizes: ModuleSizes): number {
  return (
    sizes.moduleGlobals +
    sizes.moduleConstants +
    2 * sizes.moduleElements +
    4 * (sizes.moduleStartElements + sizes.moduleElementSegments + sizes.moduleTags) +
    8 * (sizes.moduleFunctions + sizes.moduleDataSegments) +
    40 * (sizes.moduleTables + sizes.moduleImports) +
    64 * sizes.moduleExports +
    1_024 * sizes.moduleMemories +
    Math.ceil(sizes.moduleStartBytes / 16) +
    Math.ceil(sizes.moduleBytes / 1_024)
  );
}

/**
 * Types share their parts, so walking one can take exponentially longer than reading it. Every
 * walk of a validation takes its steps from here.
 */
export class Work {
  readonly #tally: Tally;
  readonly #most: number;
  #done = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#most = tally.caps.componentTypeWork;
  }

  get done(): number {
    return this.#done;
  }

  step(count = 1): void {
    this.#done += count;
    if (this.#done > this.#most) this.#tally.raise("componentTypeWork", this.#done, 0);
  }
}
