// A component on a thread for guests: compiled there, or taken over from where it was compiled
// before. Also exports what is needed to pass components between threads.
import type { AsciiDecoder } from "../abi/context.ts";
import { mayCompileText } from "../abi/emit/compile.ts";
import { DEFAULT_LIMITS } from "../abi/limits.ts";
import type { Growth } from "../caps/growth.ts";
import type { Rules } from "../caps/rules.ts";
import { type Component, compileShared, featuresOf, partsOf } from "../compile.ts";
import { CompiledComponent, type Planned, PlannedComponent } from "../engine-components.ts";
import type { EngineCompileOptions, EngineComponent } from "../engine.ts";
import type { HeldFeatures } from "../features.ts";
import type { Linked } from "../link/gather.ts";
import { featuresOfPlan } from "../link/planner.ts";
import { loadFeatures } from "../load-features.ts";
import type { World } from "../types.ts";
import { CoreModules, type MadeModule } from "./core-modules.ts";
import { readStored, type StoredHow, writeStored } from "./disk.ts";
import type { ModuleForm } from "./key.ts";
import type { SharedModules } from "./memory.ts";
import type { ReadParts } from "./read.ts";

export type { AsciiDecoder } from "../abi/context.ts";
export type { Growth } from "../caps/growth.ts";
export type { World } from "../types.ts";
export { SharedModules } from "./memory.ts";
export { partsRead, type ReadParts } from "./read.ts";

/** What it is made for. Threads that take components from each other agree on these. */
export interface ThreadOptions {
  /** See EngineCompileOptions; empty where it is not known. */
  readonly digest: string;
  readonly form: ModuleForm;
  readonly rules: Rules;
  /** See EngineCompileOptions. */
  readonly checked: boolean;
  /** See Code. */
  readonly pauses: boolean;
  /** Imports that may answer later. */
  suspend(world: World): readonly string[];
}

/** Made by GuestThread (`isolation/guest/guest-thread.ts`). */
export interface ThreadParts {
  readonly decodeAscii?: AsciiDecoder | undefined;
  readonly shared: SharedModules;
}

/**
 * A component that was compiled on one thread, in a form in which other threads need not decode,
 * validate or compile it. Can be posted to another thread, with everything in it.
 */
export interface PortableComponent {
  readonly modules: readonly MadeModule[];
  /** The bytes of writeStored. Undefined where the component's plan can't be stored. */
  readonly plan: Uint8Array | undefined;
}

/** Earlier results for a component. */
export interface Before {
  /** Of another thread, which has compiled it. */
  readonly taken?: { readonly world: World; readonly portable: PortableComponent } | undefined;
  /** Of an earlier run: the bytes of writeStored. Bytes that can't be read are ignored. */
  readonly stored?: Uint8Array | undefined;
  /** Of this run, from the component's installation. */
  readonly read?: ReadParts | undefined;
}

export interface ThreadComponent {
  readonly component: EngineComponent;
  readonly world: World;
  /** Whether what an earlier run had stored was of use. */
  readonly fromStore: boolean;
  /** For another thread. */
  portable(): PortableComponent;
}

/**
 * The most characters of text that a thread makes for another one: its own guests wait in the
 * meantime.
 */
const MOST_TEXT = 1_000_000;

export function growthOf(limits: NonNullable<EngineCompileOptions["limits"]>): Growth {
  const { memoryBytes, tableElements } = { ...DEFAULT_LIMITS, ...limits };
  return { memoryBytes, tableElements };
}

/** Compiles the component, or takes it from earlier results. Rejects as `compile` does. */
export async function threadComponent(
  bytes: Uint8Array,
  { taken, stored, read }: Before,
  options: ThreadOptions,
  parts: ThreadParts,
): Promise<ThreadComponent> {
  const { digest, form, pauses, rules, checked } = options;
  const { shared, decodeAscii } = parts;
  const plan = taken?.portable.plan ?? stored;
  const made = taken?.portable.modules;
  if (plan !== undefined && mayCompileText()) {
    const suspend = (world: () => World): readonly string[] => options.suspend(world());
    const known = readStored(plan, digest, suspend, pauses);
    if (known !== undefined) {
      const { link } = known;
      const world = known.world();
      const planned = await prepared(bytes, link, form, { rules, checked }, shared, made);
      return {
        component: plannedComponent(planned, form, parts),
        world,
        fromStore: taken === undefined,
        portable: () => ({ modules: planned.modules.made, plan }),
      };
    }
  }
  const { memoryBytes, tableElements, interrupt, restorable = false } = form;
  const growth = { maxMemoryBytes: memoryBytes, maxTableElements: tableElements };
  const how = { ...growth, ...rules, interrupt, restorable, checked, read };
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

function portable(component: Component, digest: string, how: StoredHow): PortableComponent {
  let plan: Uint8Array | undefined;
  try {
    plan = mayCompileText() ? writeStored(component, digest, how, MOST_TEXT) : undefined;
  } catch {
    // The other thread decodes the component again.
  }
  return { modules: partsOf(component).modules.made, plan };
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
