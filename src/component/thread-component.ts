// A component on a thread for guests: compiled there, or taken over from where it was compiled
// before. Also exports what is needed to pass components between threads.
import type { AsciiDecoder } from "./abi/context.ts";
import { mayCompileText } from "./abi/emit/compile.ts";
import { readStored } from "./aot/stored.ts";
import { compileShared, featuresOf } from "./compile.ts";
import type { Rules } from "./caps/rules.ts";
import type { ModuleForm } from "./compiled-module.ts";
import { CoreModules, type MadeModule } from "./core-modules.ts";
import { CompiledComponent, type Planned, PlannedComponent } from "./engine-components.ts";
import type { EngineComponent } from "./engine.ts";
import type { HeldFeatures } from "./features.ts";
import type { Linked } from "./link/gather.ts";
import { featuresOfPlan } from "./link/plans.ts";
import { loadFeatures } from "./load-features.ts";
import { portable, type PortableComponent, readPortable } from "./portable.ts";
import type { World } from "./types.ts";
import type { SharedModules } from "./shared-modules.ts";

export type { AsciiDecoder } from "./abi/context.ts";
export type { Growth } from "./caps/growth.ts";
export { growthOf, portableName, type PortableComponent, writePortable } from "./portable.ts";
export { SharedModules } from "./shared-modules.ts";
export type { World } from "./types.ts";

/**
 * What the component is made for. Threads that take components from each other must agree on these.
 */
export interface ThreadOptions {
  /** See EngineCompileOptions; empty where the digest is not known. */
  readonly digest: string;
  readonly form: ModuleForm;
  readonly rules: Rules;
  /** See EngineCompileOptions. */
  readonly checked: boolean;
  /** See Code. */
  readonly pauses: boolean;
  /** The imports that may return a promise. */
  suspend(world: World): readonly string[];
}

export interface ThreadParts {
  readonly decodeAscii?: AsciiDecoder | undefined;
  readonly shared: SharedModules;
}

/** Results of an earlier compilation. */
export interface Before {
  /** Those of another thread. */
  readonly taken?: { readonly world: World; readonly portable: PortableComponent } | undefined;
  /** Those of an earlier run. Bytes that can't be read are ignored. */
  readonly stored?: Uint8Array | undefined;
}

export interface ThreadComponent {
  readonly component: EngineComponent;
  readonly world: World;
  /** Whether the results of an earlier run could be used. */
  readonly fromStore: boolean;
  /** The component's form for another thread. */
  portable(): PortableComponent;
}

/** Compiles the component, or takes it from an earlier compilation. Rejects as `compile` does. */
export async function threadComponent(
  bytes: Uint8Array,
  { taken, stored }: Before,
  options: ThreadOptions,
  parts: ThreadParts,
): Promise<ThreadComponent> {
  const { digest, form, pauses, rules, checked } = options;
  const { shared, decodeAscii } = parts;
  const read = taken === undefined && stored !== undefined ? readPortable(stored) : undefined;
  const known = taken?.world ?? read?.world;
  const plan = taken?.portable.plan ?? read?.plan;
  const made = taken?.portable.modules;
  if (known !== undefined && plan !== undefined && mayCompileText()) {
    const link = readStored(plan, digest, { suspend: options.suspend(known), pauses });
    if (link !== undefined) {
      const planned = await prepared(bytes, link, form, { rules, checked }, shared, made);
      return {
        component: plannedComponent(planned, form, parts),
        world: known,
        fromStore: read !== undefined,
        portable: () => ({ modules: planned.modules.made, plan }),
      };
    }
  }
  const { memoryBytes, tableElements, interrupt, restorable = false } = form;
  const growth = { maxMemoryBytes: memoryBytes, maxTableElements: tableElements };
  const how = { ...growth, ...rules, interrupt, restorable, checked };
  const component = await compileShared(bytes as BufferSource, how, shared, made);
  const { imports, exports } = component;
  const world = { imports, exports };
  const suspend = options.suspend(world);
  return {
    component: new CompiledComponent(component, { suspend, restorable, decodeAscii }),
    world,
    fromStore: false,
    portable: () => portable(component, digest, { suspend, pauses }),
  };
}

/** A component whose plan is available; compiles those of its modules that are not compiled yet. */
export async function prepared(
  bytes: Uint8Array,
  link: Linked,
  form: ModuleForm,
  { rules, checked }: Pick<ThreadOptions, "rules" | "checked">,
  shared: SharedModules,
  made: readonly MadeModule[] = [],
): Promise<Planned> {
  const features: HeldFeatures = {};
  const { restorable = false, interrupt } = form;
  await loadFeatures(features, [
    ...featuresOf({ interrupt, restorable, code: "text" }),
    ...featuresOfPlan(link.code.plan),
  ]);
  const modules = new CoreModules(bytes, features, shared, rules, checked);
  modules.take(made);
  await modules.prepare(link.code.plan.modules, form);
  return { link, modules, features };
}

export function plannedComponent(
  planned: Planned,
  { restorable = false }: ModuleForm,
  { decodeAscii }: Pick<ThreadParts, "decodeAscii">,
): EngineComponent {
  return new PlannedComponent(planned, { decodeAscii, restorable });
}
