// The two kinds of compiled components that an Engine returns.
import { TenonError } from "../errors.ts";
import type { Store } from "./abi/store.ts";
import { DEFAULT_LIMITS } from "./abi/limits.ts";
import { type Component, featuresOf } from "./compile.ts";
import type { CoreModules } from "./compiled/core-modules.ts";
import type {
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "./engine.ts";
import type { HeldFeatures } from "./features.ts";
import { gather, type Linked } from "./link/gather.ts";
import { interruptMode } from "./link/interrupt.ts";
import { runPlanAsync } from "./link/instantiate.ts";
import { instantiateAsync, type InstantiateOptions } from "./link/linker.ts";
import { loadFeatures } from "./load-features.ts";

/** A component whose bytes were decoded. */
export class CompiledComponent implements EngineComponent {
  #component: Component | undefined;
  readonly #options: InstantiateOptions;

  constructor(component: Component, options: InstantiateOptions) {
    this.#component = component;
    this.#options = options;
  }

  async instantiate(
    imports: EngineImports,
    { limits = {}, interrupt }: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    const component = held(this.#component);
    const checks = interrupt === undefined ? {} : { interrupt };
    return instantiateAsync(component, imports, { ...this.#options, ...checks, limits });
  }

  [Symbol.dispose](): void {
    this.#component = undefined;
  }
}

export interface Planned {
  readonly link: Linked;
  readonly modules: CoreModules;
  readonly features: HeldFeatures;
}

/** A component whose plan and code were available already. */
export class PlannedComponent implements EngineComponent {
  #planned: Planned | undefined;
  readonly #options: Pick<InstantiateOptions, "decodeAscii" | "restorable">;

  constructor(planned: Planned, options: Pick<InstantiateOptions, "decodeAscii" | "restorable">) {
    this.#planned = planned;
    this.#options = options;
  }

  async instantiate(
    imports: EngineImports,
    { limits: given = {}, interrupt }: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    const { link, modules, features } = held(this.#planned);
    const limits = { ...DEFAULT_LIMITS, ...given };
    const { restorable } = this.#options;
    const form = { ...limits, restorable, interrupt: interrupt && interruptMode(interrupt) };
    await loadFeatures(features, featuresOf({ ...form, code: "text" }));
    const { interruptions, snapshots, tasks } = features;
    const settings = {
      limits,
      decodeAscii: this.#options.decodeAscii,
      tasks,
      interruption: interrupt && ((store: Store) => interruptions!.begin(interrupt, store)),
      snapshots: restorable ? snapshots : undefined,
    };
    const ingredients = gather(link, imports, settings, (module, plain) =>
      modules.get(module, plain ? limits : form),
    );
    await modules.prepare(link.code.plan.modules, form);
    return runPlanAsync(ingredients);
  }

  [Symbol.dispose](): void {
    this.#planned = undefined;
  }
}

function held<Part>(part: Part | undefined): Part {
  if (part !== undefined) return part;
  throw new TenonError("component-closed", "the component was released: compile it again");
}
