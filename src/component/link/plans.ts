import type { Features } from "../features.ts";
import type { Limits } from "../abi/limits.ts";
import type { ResolvedComponent } from "../validate/resolved.ts";
import { visitExports } from "./exported.ts";
import type { Plan } from "./plan.ts";
import { planComponent } from "./planner.ts";

/// The plans of one component, by the limits that they depend on.
export class Plans {
  readonly #component: ResolvedComponent;
  readonly #made: Map<string, Plan> = new Map();

  constructor(component: ResolvedComponent) {
    this.#component = component;
  }

  /// Throws what planComponent throws.
  get(limits: Limits): Plan {
    const key = `${limits.instances} ${limits.nesting}`;
    let plan = this.#made.get(key);
    if (plan === undefined) this.#made.set(key, (plan = planComponent(this.#component, limits)));
    return plan;
  }
}

/// What a plan needs besides, run by generated text.
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
