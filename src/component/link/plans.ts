import type { Features } from "../features.ts";
import type { Caps } from "../caps/catalogue.ts";
import type { ResolvedComponent } from "../validate/resolved.ts";
import { visitExports } from "./exported.ts";
import type { Plan } from "./plan.ts";
import { planComponent } from "./planner.ts";

/** The plan of one component, made when it is first needed. */
export class Plans {
  readonly #component: ResolvedComponent;
  readonly #caps: Caps;
  #made: Plan | undefined;

  /** `made`: the plan, where it has already been made. */
  constructor(component: ResolvedComponent, caps: Caps, made?: Plan | undefined) {
    this.#component = component;
    this.#caps = caps;
    this.#made = made;
  }

  /** Throws what planComponent throws. */
  get(): Plan {
    return (this.#made ??= planComponent(this.#component, this.#caps));
  }
}

/** The features that a plan needs where generated text runs it. */
export function featuresOfPlan(plan: Plan): readonly (keyof Features)[] {
  const found = new Set<keyof Features>(plan.threaded.length > 0 ? ["tasks"] : []);
  for (const step of plan.steps) {
    if (step.kind !== "lower") continue;
    const { callee, async } = step.lower;
    if (async) found.add("tasks");
    if (callee.kind !== "lift") continue;
    found.add("adapters");
    if (callee.task !== undefined) found.add("tasks");
  }
  visitExports(plan.exports, ({ sort, ...item }) => {
    if (sort === "func" && "func" in item && item.func.kind === "lift" && item.func.task) {
      found.add("tasks");
    }
  });
  return [...found];
}
