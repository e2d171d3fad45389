import type { AsciiDecoder } from "../abi/context.ts";
import { mayCompileText } from "../abi/emit/compile.ts";
import type { Store } from "../abi/store.ts";
import { DEFAULT_LIMITS, type GuestLimits } from "../abi/limits.ts";
import { textRoute } from "../abi/route.ts";
import {
  type CodeKind,
  type Component,
  type ComponentParts,
  coreModulesOf,
  featuresOf,
  partsOf,
} from "../compile.ts";
import type { ModuleForm } from "../compiled/key.ts";
import type { CoreModules } from "../compiled/core-modules.ts";
import { type Features, type HeldFeatures, requireFeatures } from "../features.ts";
import { loadFeatures } from "../load-features.ts";
import type { CoreModuleRange, ResolvedComponent } from "../validate/resolved.ts";
import { Code, madeBy } from "./code.ts";
import { planClasses } from "./exports.ts";
import { gather, type Linked } from "./gather.ts";
import type { Instance } from "./instance.ts";
import { type Interrupt, interruptMode } from "./interrupt.ts";
import { type Ingredients, runPlan, runPlanAsync } from "./instantiate.ts";
import type { Plan } from "./plan.ts";
import { planComponent, featuresOfPlan } from "./planner.ts";

/**
 * Implementations by import name: an object of functions (camelCase) and classes (PascalCase) for
 * an interface, a function for a function, a WebAssembly.Module or Component for one of these.
 *
 * Versions are matched as in the component model: an exact match is preferred, then the newest
 * compatible version (1.2.3 for an import of 1.2.0, 0.2.6 for one of 0.2.0), then the name without
 * a version.
 */
export type Imports = Readonly<Record<string, unknown>>;

/** Options of `instantiate` and `instantiateAsync`. */
export interface InstantiateOptions {
  /** The most that the instance may use. Missing limits have their defaults. */
  readonly limits?: Partial<GuestLimits>;
  /**
   * Imported functions that may return a promise, as `interface#function`; true: all. Needs JSPI.
   * Exported functions then return promises. Default: none.
   */
  readonly suspend?: boolean | readonly string[];
  /** How functions are made. Default: as the component was compiled for. */
  readonly code?: CodeKind;
  /** The platform's faster way to read long strings that may be ASCII. Default: none. */
  readonly decodeAscii?: AsciiDecoder | undefined;
  /**
   * Makes it possible to stop or suspend the guest in the middle of its code. Its core modules are
   * compiled with checks for that (`CompileOptions.interrupt` does so ahead of time). Default: it
   * can't be stopped.
   */
  readonly interrupt?: Interrupt;
  /**
   * Whether the instance can be restored to an earlier state (`Instance.snapshot`). Its core
   * modules are compiled for that (`CompileOptions.restorable` does so ahead of time). Default:
   * false.
   */
  readonly restorable?: boolean;
}

/**
 * Instantiates a component. Throws `component-unlinkable` (`data.missing`, `data.wrong`),
 * `component-unsupported`, `component-limit`, and `component-trap` where a start function traps.
 *
 * For a component from `compile`, pass the `code`, `interrupt` and `restorable` that it was
 * compiled with: `component-unsupported` names those that can't be loaded at once.
 */
export function instantiate(
  component: Component,
  imports: Imports = {},
  options: InstantiateOptions = {},
): Instance {
  const asked = request(component, imports, options);
  requireFeatures(asked.parts.features, asked.needs);
  for (const { features } of asked.given) requireFeatures(features, asked.needsOfGiven);
  return runPlan(prepare(asked, imports, options));
}

/**
 * Does what `instantiate` does, on a thread that may not compile or instantiate large modules
 * synchronously: the main thread of a browser.
 */
export async function instantiateAsync(
  component: Component,
  imports: Imports = {},
  options: InstantiateOptions = {},
): Promise<Instance> {
  const asked = request(component, imports, options);
  const { parts, form, given, plan } = asked;
  await loadFeatures(parts.features, asked.needs);
  for (const { features } of given) await loadFeatures(features, asked.needsOfGiven);
  const ingredients = prepare(asked, imports, options);
  await Promise.all(plan.modules.map((one) => asked.modulesOf(one).prepare([one], form)));
  return runPlanAsync(ingredients);
}

/** Collects implementations, then instantiates. */
export interface Linker {
  /** A later definition replaces an earlier one of the same name. */
  define(name: string, implementation: unknown): Linker;
  /** Does what the function `instantiate` does, with what was defined here. */
  instantiate(component: Component, options?: InstantiateOptions): Instance;
  /** Does what the function `instantiateAsync` does, with what was defined here. */
  instantiateAsync(component: Component, options?: InstantiateOptions): Promise<Instance>;
}

/** Makes a linker, in which nothing is defined yet. */
export function createLinker(): Linker {
  const imports: Record<string, unknown> = {};
  const linker: Linker = {
    define(name, implementation) {
      imports[name] = implementation;
      return linker;
    },
    instantiate: (component, options) => instantiate(component, imports, options),
    instantiateAsync: (component, options) => instantiateAsync(component, imports, options),
  };
  return linker;
}

interface Request {
  readonly parts: ComponentParts;
  /** The components among the imports. */
  readonly given: readonly ComponentParts[];
  /** The core modules of the component that a module lies in. */
  readonly modulesOf: (module: CoreModuleRange) => CoreModules;
  readonly limits: GuestLimits;
  readonly form: ModuleForm & { readonly code: CodeKind };
  readonly plan: Plan;
  readonly needs: readonly (keyof Features)[];
  /** The features that rewriting their core modules needs. */
  readonly needsOfGiven: readonly (keyof Features)[];
}

function request(component: Component, imports: Imports, options: InstantiateOptions): Request {
  const parts = partsOf(component);
  const limits = { ...defaults(parts), ...options.limits };
  const { memoryBytes, tableElements } = limits;
  const { interrupt, restorable = false } = options;
  const code = options.code ?? parts.code ?? (mayCompileText() ? "text" : "closures");
  const mode = interrupt && interruptMode(interrupt);
  const form = { memoryBytes, tableElements, interrupt: mode, restorable, code };
  const components = importedComponents(parts.resolved, imports);
  const plan =
    components.size > 0
      ? planComponent(
          parts.resolved,
          parts.rules.caps,
          new Map([...components].map(([name, { resolved }]) => [name, resolved])),
        )
      : parts.plans.get();
  const given = [...components.values()];
  const owners = new Map<CoreModuleRange, CoreModules>(
    given.flatMap(({ resolved, modules }) =>
      coreModulesOf(resolved).map((module) => [module, modules] as const),
    ),
  );
  const modulesOf = (module: CoreModuleRange) => owners.get(module) ?? parts.modules;
  const needs = [...featuresOf(form), ...featuresOfPlan(plan)];
  const needsOfGiven = featuresOf({ ...form, code: "text" });
  return { parts, given, modulesOf, limits, form, plan, needs, needsOfGiven };
}

function prepare(
  { parts, modulesOf, limits, form, plan }: Request,
  imports: Imports,
  options: InstantiateOptions,
): Ingredients {
  const { decodeAscii, interrupt } = options;
  const { memoryBytes, tableElements, code } = form;
  const { interruptions, snapshots, tasks } = parts.features;
  const link = linked(plan, parts.features, options, code);
  const settings = {
    limits,
    decodeAscii,
    tasks,
    interruption: interrupt && ((store: Store) => interruptions!.begin(interrupt, store)),
    snapshots: form.restorable ? snapshots : undefined,
  };
  return gather(link, imports, settings, (module, plain) =>
    modulesOf(module).get(module, plain ? { memoryBytes, tableElements } : form),
  );
}

/** The caps that the component was compiled with are its defaults. */
function defaults({ form }: ComponentParts): GuestLimits {
  return {
    ...DEFAULT_LIMITS,
    memoryBytes: form.memoryBytes,
    tableElements: form.tableElements,
  };
}

/** What instances of a plan share, by the options that it depends on. */
const links = new WeakMap<Plan, Map<string, Linked>>();

function linked(
  plan: Plan,
  features: HeldFeatures,
  { suspend = false, interrupt }: InstantiateOptions,
  kind: CodeKind,
): Linked {
  const pauses = interrupt?.pause !== undefined;
  const names = typeof suspend === "boolean" ? suspend : JSON.stringify(suspend);
  const key = `${kind} ${pauses} ${names}`;
  let known = links.get(plan);
  if (known === undefined) links.set(plan, (known = new Map()));
  let found = known.get(key);
  if (found === undefined) {
    const route = kind === "text" ? textRoute(features) : features.closures!;
    const code = new Code(plan, madeBy(route), suspend, pauses);
    known.set(key, (found = { code, classes: planClasses(plan) }));
  }
  return found;
}

function importedComponents(
  { type }: ResolvedComponent,
  imports: Imports,
): ReadonlyMap<string, ComponentParts> {
  const found = new Map<string, ComponentParts>();
  for (const [name, extern] of type.imports) {
    if (extern.type.kind !== "component" || !Object.hasOwn(imports, name)) continue;
    found.set(name, partsOf(imports[name] as Component));
  }
  return found;
}
