import { TenonError } from "../errors.ts";
import type { DerivedStore } from "../platform/derived.ts";
import type { AsciiDecoder } from "./abi/context.ts";
import { mayCompileText } from "./abi/emit/compile.ts";
import type { Store } from "./abi/store.ts";
import { DEFAULT_LIMITS } from "./abi/limits.ts";
import { readStored, storedName, writeStored } from "./aot/stored.ts";
import { type CodeKind, type Component, compileShared, featuresOf } from "./compile.ts";
import { CoreModules } from "./core-modules.ts";
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "./engine.ts";
import type { HeldFeatures } from "./features.ts";
import { gather, type Linked } from "./link/gather.ts";
import { interruptMode } from "./link/interrupt.ts";
import { featuresOfPlan } from "./link/plans.ts";
import { runPlanAsync } from "./link/instantiate.ts";
import { instantiateAsync, type InstantiateOptions } from "./link/linker.ts";
import { loadFeatures } from "./load-features.ts";
import { SharedModules } from "./shared-modules.ts";

export interface ComponentEngineOptions {
  /// See InstantiateOptions. Default: text where it may be compiled.
  readonly code?: CodeKind;
  /// A platform's faster way to read long strings that may be ASCII. Default: none.
  readonly decodeAscii?: AsciiDecoder;
  /// Keeps the plans of components that are compiled with their digest, and the text of their
  /// functions, for later runs. What the host's own folder gives back is run. Default: none.
  readonly derived?: DerivedStore;
}

/// The Engine seam over this engine. Core modules of the same bytes are compiled once for all
/// components that are alive.
export function componentEngine(options: ComponentEngineOptions = {}): Engine {
  const shared = new SharedModules();
  const { derived, ...how } = options;
  return {
    name: "tenon",
    async compile(
      given: Uint8Array,
      { suspend = [], digest, interrupt, restorable = false }: EngineCompileOptions = {},
    ) {
      // The component goes on reading its bytes; the caller may go on to change its own.
      const bytes = Uint8Array.from(given);
      const store = how.code === "closures" || !mayCompileText() ? undefined : derived;
      const made = { restorable, ...(interrupt === undefined ? {} : { interrupt }) };
      if (store === undefined || digest === undefined) {
        const component = await compileShared(bytes, made, shared);
        return new CompiledComponent(component, { ...how, suspend, restorable });
      }
      const stored = await store.get(storedName(digest));
      const link = stored && readStored(stored, digest, suspend);
      if (link !== undefined) {
        const features: HeldFeatures = {};
        await loadFeatures(features, [
          ...featuresOf({ ...made, code: "text" }),
          ...featuresOfPlan(link.code.plan),
        ]);
        const modules = new CoreModules(bytes, features, shared);
        await modules.prepare(link.code.plan.modules, { ...DEFAULT_LIMITS, ...made });
        return new PlannedComponent({ link, modules, features }, { ...how, restorable });
      }
      const component = await compileShared(bytes, made, shared);
      store.keep(storedName(digest), () => writeStored(component, digest, suspend));
      return new CompiledComponent(component, { ...how, suspend, restorable });
    },
  };
}

/// One whose bytes were decoded.
class CompiledComponent implements EngineComponent {
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

interface Planned {
  readonly link: Linked;
  readonly modules: CoreModules;
  readonly features: HeldFeatures;
}

/// One whose plan and code were there already.
class PlannedComponent implements EngineComponent {
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
