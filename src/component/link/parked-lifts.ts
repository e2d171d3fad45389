import { exportedLifts, type CoreRef, type Plan, type PlannedLift } from "./plan.ts";
import { type CoreSignature, stackModule } from "./stack-module.ts";

/**
 * The functions of a plan that a parked stack calls: those that the host calls and that end when
 * their core function returns.
 */
export class ParkedLifts {
  readonly #plan: Plan;
  #places: ReadonlyMap<PlannedLift, number> | undefined = undefined;
  #module: WebAssembly.Module | undefined = undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  has({ task, async, instance }: PlannedLift): boolean {
    return task === undefined && !async && !this.#plan.threaded.includes(instance);
  }

  place(lift: PlannedLift): number {
    return this.#all.get(lift)!;
  }

  /** The core functions, by index. */
  get cores(): readonly CoreRef[] {
    return [...this.#all.keys()].map(({ core }) => core);
  }

  get module(): WebAssembly.Module {
    return (this.#module ??= stackModule([...this.#all.keys()].map(coreSignature)));
  }

  get #all(): ReadonlyMap<PlannedLift, number> {
    if (this.#places === undefined) {
      const lifts = [...exportedLifts(this.#plan.exports).keys()];
      const parked = lifts.filter((lift) => this.has(lift));
      this.#places = new Map(parked.map((lift, place) => [lift, place]));
    }
    return this.#places;
  }
}

function coreSignature({ signature }: PlannedLift): CoreSignature {
  const { flat, coreResult } = signature;
  return { params: flat ?? ["i32"], result: coreResult };
}
