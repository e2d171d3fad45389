import type { AsciiDecoder } from "../abi/context.ts";
import { mayCompileText } from "../abi/emit/compile.ts";
import { DEFAULT_LIMITS, type Limits } from "../abi/limits.ts";
import { closureRoute, textRoute } from "../abi/route.ts";
import { type Component, type ComponentParts, partsOf } from "../compile.ts";
import type { ModuleForm } from "../compiled-module.ts";
import type { ResolvedComponent } from "../validate/resolved.ts";
import { Code, madeBy } from "./code.ts";
import { planClasses } from "./exports.ts";
import { gather, type Linked } from "./gather.ts";
import type { Instance } from "./instance.ts";
import { type Interrupt, interruptMode } from "./interruption.ts";
import { type Ingredients, runPlan, runPlanAsync } from "./instantiate.ts";
import type { Plan } from "./plan.ts";
import { planComponent } from "./planner.ts";

/// Implementations by import name: an object of functions (camelCase) and classes (PascalCase) for an
/// interface, a function for a function, a WebAssembly.Module or Component for one of these.
///
/// A version is matched as the component model does: an exact match wins, else the newest compatible
/// one serves (1.2.3 an import of 1.2.0, 0.2.6 one of 0.2.0), else the name without a version.
export type Imports = Readonly<Record<string, unknown>>;

export interface InstantiateOptions {
  /// What the instance may take; what is left out has its default.
  readonly limits?: Partial<Limits>;
  /// Imported functions that may answer with a promise, as `interface#function`; true: all. Needs
  /// JSPI. Exported functions then answer with promises. Default: none.
  readonly suspend?: boolean | readonly string[];
  /// How functions are made: as text that is compiled, or of closures, which a page without eval
  /// needs. Default: text where it may be compiled.
  readonly code?: "text" | "closures";
  /// A platform's faster way to read long strings that may be ASCII. Default: none.
  readonly decodeAscii?: AsciiDecoder;
  /// Lets the guest be stopped, or set aside, in the middle of its code; its core modules are compiled
  /// with checks for it (`CompileOptions.interrupt` does so beforehand). Default: it can't be.
  readonly interrupt?: Interrupt;
  /// Whether the instance can be put back to an earlier state (`Instance.snapshot`); its core modules
  /// are compiled for it (`CompileOptions.restorable` does so beforehand). Default: false.
  readonly restorable?: boolean;
}

/// Instantiates a component. Throws `component-unlinkable` (`data.missing`, `data.wrong`),
/// `component-unsupported`, `component-limit`, and `component-trap` where a start function traps.
export function instantiate(
  component: Component,
  imports: Imports = {},
  options: InstantiateOptions = {},
): Instance {
  return runPlan(prepare(component, imports, options).ingredients);
}

/// `instantiate` where a thread may not compile or instantiate large modules synchronously: the main
/// thread of a browser.
export async function instantiateAsync(
  component: Component,
  imports: Imports = {},
  options: InstantiateOptions = {},
): Promise<Instance> {
  const { ingredients, parts, form } = prepare(component, imports, options);
  await parts.modules.prepare(ingredients.code.plan.modules, form);
  return runPlanAsync(ingredients);
}

/// Collects implementations, then instantiates.
export interface Linker {
  /// Later definitions take the place of earlier ones of the same name.
  define(name: string, implementation: unknown): Linker;
  instantiate(component: Component, options?: InstantiateOptions): Instance;
  instantiateAsync(component: Component, options?: InstantiateOptions): Promise<Instance>;
}

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

interface Prepared {
  readonly ingredients: Ingredients;
  readonly parts: ComponentParts;
  readonly form: ModuleForm;
}

function prepare(component: Component, imports: Imports, options: InstantiateOptions): Prepared {
  const parts = partsOf(component);
  const limits = { ...defaults(parts), ...options.limits };
  const { decodeAscii, interrupt, restorable = false } = options;
  const caps = { memoryBytes: limits.memoryBytes, tableElements: limits.tableElements };
  const form = { ...caps, interrupt: interrupt && interruptMode(interrupt), restorable };
  const link = linked(parts, imports, options, limits);
  const settings = { limits, decodeAscii, interrupt };
  const ingredients = gather(link, imports, settings, (module, plain) =>
    parts.modules.get(module, plain ? caps : form),
  );
  return { ingredients, parts, form };
}

/// The caps that the component was compiled with are its defaults.
function defaults({ form }: ComponentParts): Limits {
  return {
    ...DEFAULT_LIMITS,
    memoryBytes: form.memoryBytes,
    tableElements: form.tableElements,
  };
}

/// What instances of a component share, by the options it depends on.
const links = new WeakMap<ResolvedComponent, Map<string, Linked>>();

function linked(
  { resolved }: ComponentParts,
  imports: Imports,
  options: InstantiateOptions,
  limits: Limits,
): Linked {
  const { suspend = false, code: wanted = "either", interrupt } = options;
  const pauses = interrupt?.pause !== undefined;
  const make = (plan: Plan): Linked => {
    const way = wanted === "either" ? (mayCompileText() ? "text" : "closures") : wanted;
    const code = new Code(plan, madeBy(way === "text" ? textRoute : closureRoute), suspend, pauses);
    return { code, classes: planClasses(plan) };
  };
  const components = importedComponents(resolved, imports);
  if (components.size > 0) return make(planComponent(resolved, limits, components));
  const names = typeof suspend === "boolean" ? suspend : JSON.stringify(suspend);
  const key = `${wanted} ${pauses} ${limits.instances} ${limits.nesting} ${names}`;
  let known = links.get(resolved);
  if (known === undefined) links.set(resolved, (known = new Map()));
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = make(planComponent(resolved, limits))));
  return found;
}

function importedComponents(
  { type }: ResolvedComponent,
  imports: Imports,
): ReadonlyMap<string, ResolvedComponent> {
  const found = new Map<string, ResolvedComponent>();
  for (const [name, extern] of type.imports) {
    if (extern.type.kind !== "component" || !Object.hasOwn(imports, name)) continue;
    found.set(name, partsOf(imports[name] as Component).resolved);
  }
  return found;
}
