/// A component that was compiled on one thread, for others that then need neither decode nor validate nor
/// compile it.
import type { AsciiDecoder } from "./abi/context.ts";
import { mayCompileText } from "./abi/emit/compile.ts";
import { DEFAULT_LIMITS } from "./abi/limits.ts";
import { readStored, writeStored } from "./aot/stored.ts";
import { type Component, compileShared, featuresOf, partsOf } from "./compile.ts";
import type { ModuleForm } from "./compiled-module.ts";
import { CoreModules, type MadeModule } from "./core-modules.ts";
import type { Caps } from "./decode/caps.ts";
import { CompiledComponent, PlannedComponent } from "./engine-components.ts";
import type { EngineCompileOptions, EngineComponent } from "./engine.ts";
import type { HeldFeatures } from "./features.ts";
import type { Linked } from "./link/gather.ts";
import { featuresOfPlan } from "./link/plans.ts";
import { loadFeatures } from "./load-features.ts";
import type { SharedModules } from "./shared-modules.ts";

/// Can be posted, with all that is in it.
export interface PortableComponent {
  readonly modules: readonly MadeModule[];
  /// The plan and the text of the functions. Undefined of a component whose plan is not for storing.
  readonly plan: Uint8Array | undefined;
}

/// Threads that take components from each other agree on these.
export interface ThreadCompileOptions {
  readonly form: ModuleForm;
  readonly suspend: readonly string[];
  /// See Code.
  readonly pauses: boolean;
}

export interface ThreadParts {
  readonly decodeAscii?: AsciiDecoder | undefined;
  readonly shared: SharedModules;
}

export function capsOf(limits: NonNullable<EngineCompileOptions["limits"]>): Caps {
  const { memoryBytes, tableElements } = { ...DEFAULT_LIMITS, ...limits };
  return { memoryBytes, tableElements };
}

/// The plan is known by nothing but the component that it comes with.
const UNNAMED = "";

export function portable(component: Component, how: ThreadCompileOptions): PortableComponent {
  const { modules } = partsOf(component);
  let plan: Uint8Array | undefined;
  try {
    plan = mayCompileText() ? writeStored(component, UNNAMED, how) : undefined;
  } catch {
    // It is decoded again, then.
  }
  return { modules: modules.made, plan };
}

/// `bytes` are those that the component was compiled from.
export async function adopt(
  bytes: Uint8Array,
  { modules, plan }: PortableComponent,
  how: ThreadCompileOptions,
  parts: ThreadParts,
): Promise<EngineComponent> {
  const link = plan && mayCompileText() ? readStored(plan, UNNAMED, how) : undefined;
  if (link !== undefined) return plannedComponent(bytes, link, how.form, parts, modules);
  const component = await compileForm(bytes, how.form, parts.shared, modules);
  return compiledComponent(component, how, parts);
}

export function compileForm(
  bytes: Uint8Array,
  { memoryBytes, tableElements, interrupt, restorable = false }: ModuleForm,
  shared: SharedModules,
  made?: readonly MadeModule[],
): Promise<Component> {
  const caps = { maxMemoryBytes: memoryBytes, maxTableElements: tableElements };
  return compileShared(bytes as BufferSource, { ...caps, interrupt, restorable }, shared, made);
}

export function compiledComponent(
  component: Component,
  { form, suspend }: ThreadCompileOptions,
  { decodeAscii }: ThreadParts,
): EngineComponent {
  const { restorable = false } = form;
  return new CompiledComponent(component, { suspend, restorable, decodeAscii });
}

export async function plannedComponent(
  bytes: Uint8Array,
  link: Linked,
  form: ModuleForm,
  { decodeAscii, shared }: ThreadParts,
  made: readonly MadeModule[] = [],
): Promise<EngineComponent> {
  const features: HeldFeatures = {};
  const { restorable = false, interrupt } = form;
  await loadFeatures(features, [
    ...featuresOf({ interrupt, restorable, code: "text" }),
    ...featuresOfPlan(link.code.plan),
  ]);
  const modules = new CoreModules(bytes, features, shared);
  modules.take(made);
  await modules.prepare(link.code.plan.modules, form);
  return new PlannedComponent({ link, modules, features }, { decodeAscii, restorable });
}
