import { TenonError } from "../errors.ts";
import type { Caps } from "./caps/cap-row.ts";
import type { WasmFeature } from "./caps/features.ts";
import { isOverRules } from "./caps/faults.ts";
import { type Rules, rulesOf } from "./caps/rules.ts";
import { Tally } from "./caps/tally.ts";
import { mayCompileText } from "./abi/emit/compile.ts";
import { CoreModules, type MadeModule } from "./compiled/core-modules.ts";
import type { ModuleForm } from "./compiled/key.ts";
import type { SharedModules } from "./compiled/memory.ts";
import { type CustomSection, customsOf, type ReadParts } from "./compiled/read.ts";
import { decode } from "./decode/decode.ts";
import type { Features, HeldFeatures } from "./features.ts";
import { featuresOfPlan, Plans } from "./link/planner.ts";
import { loadFeatures } from "./load-features.ts";
import type { InterruptMode } from "./transform/interrupt.ts";
import { type ComponentSource, readSource } from "./source.ts";
import type { CoreModuleType, Extern } from "./types.ts";
import type { ResolvedComponent } from "./validate/resolved.ts";
import { validate } from "./validate/validate.ts";
import { printWorld } from "./wit.ts";

/** Options of `compile` and `compileSync`. */
export interface CompileOptions {
  /**
   * The most bytes that are read. Default: 256 MiB. `caps.componentBytes` says how large a
   * component may be.
   */
  readonly maxBytes?: number;
  /**
   * Bytes that each linear memory may grow to. An instance may have another cap; then its modules
   * are compiled again. Default: 64 MiB.
   */
  readonly maxMemoryBytes?: number | undefined;
  /** Elements that each table may grow to. Default: 1,000,000. */
  readonly maxTableElements?: number | undefined;
  /**
   * How large a component and its core modules may be, where this differs from the catalogue's
   * defaults. A component over a cap is refused with `component-limit` before anything of it is
   * compiled. Default: those of `CATALOGUE`.
   */
  readonly caps?: Partial<Caps> | undefined;
  /**
   * WebAssembly proposals that the code may use. Code that uses another is refused with
   * `component-limit`, which names the proposal. Default: all that the engine knows.
   */
  readonly features?: readonly WasmFeature[] | undefined;
  /**
   * Compiles checks into the code, so that instances can be stopped: by a flag in shared memory, or
   * after a number of steps (`InstantiateOptions.interrupt`). Default: none.
   */
  readonly interrupt?: InterruptMode | undefined;
  /**
   * Compiles for instances that can be restored to an earlier state
   * (`InstantiateOptions.restorable`). Default: false.
   */
  readonly restorable?: boolean;
  /**
   * How the functions of instances are made (`InstantiateOptions.code`). Default: as text where the
   * page allows that.
   */
  readonly code?: CodeKind;
}

/** Generated text, or closures, which a page without eval needs. */
export type CodeKind = "text" | "closures";

/** A core module inside a component, nested components included. */
export interface CoreModule {
  /** Its offset in the component, in bytes. */
  readonly offset: number;
  /** Its size in bytes. */
  readonly length: number;
  /** What it imports and exports. */
  readonly type: CoreModuleType;
}

/** The parts of a component that linking needs. Made by `compile` and `compileSync`. */
export interface ComponentParts {
  readonly bytes: Uint8Array;
  readonly resolved: ResolvedComponent;
  readonly modules: CoreModules;
  /** The form that modules have been compiled in so far. */
  readonly form: ModuleForm;
  readonly features: HeldFeatures;
  readonly plans: Plans;
  readonly rules: Rules;
  /** Undefined: it has not been tested yet whether text may be compiled. */
  readonly code: CodeKind | undefined;
}

let reveal: (component: Component) => ComponentParts;

/**
 * A component that was decoded and validated, with its core modules compiled. It has no state: any
 * number of instances can be made of it.
 */
export class Component {
  readonly #parts: ComponentParts;
  readonly #customs: readonly CustomSection[];
  #digest: Promise<string> | undefined;

  static {
    reveal = (component) => component.#parts;
  }

  /** Only `compile` and `compileSync` call it. */
  constructor(parts: ComponentParts, customs: readonly CustomSection[]) {
    this.#parts = parts;
    this.#customs = customs;
  }

  /** What it imports, in its order. */
  get imports(): readonly Extern[] {
    return [...this.#parts.resolved.type.imports.values()];
  }

  /** What it exports, in its order. */
  get exports(): readonly Extern[] {
    return [...this.#parts.resolved.type.exports.values()];
  }

  /** The core modules in it, those of nested components included. */
  get coreModules(): readonly CoreModule[] {
    const modules = coreModulesOf(this.#parts.resolved);
    return modules.map(({ offset, length, type }) => ({ offset, length, type }));
  }

  /**
   * The digest of the component's bytes: `sha256:` and 64 hexadecimal digits. Rejects with
   * `component-unsupported` where the platform has no SHA-256 (a page that is not a secure
   * context).
   */
  digest(): Promise<string> {
    return (this.#digest ??= sha256(this.#parts.bytes));
  }

  /**
   * Copies of the contents of the custom sections with this name, in order. Nested components do
   * not count.
   */
  customSections(name: string): readonly Uint8Array[] {
    return this.#customs.flatMap((one) =>
      one.name === name ? [this.#parts.bytes.slice(one.start, one.end)] : [],
    );
  }

  /** The component's world as WIT text. */
  toWit(): string {
    return printWorld(this.#parts.resolved.type);
  }
}

/** Throws a TypeError for anything that `compile` has not made. */
export function partsOf(component: Component): ComponentParts {
  return reveal(component);
}

/**
 * Compiles a component from memory, a response, a stream, or a promise of one. Rejects with what
 * `compileSync` throws; large modules are compiled off this thread.
 */
export async function compile(
  source: ComponentSource,
  options: CompileOptions = {},
): Promise<Component> {
  return compileShared(source, options);
}

/**
 * Does what `compile` does, with core modules of other components, and of this one, that have been
 * compiled already.
 */
export async function compileShared(
  source: ComponentSource,
  options: CheckedOptions,
  shared?: SharedModules,
  made: readonly MadeModule[] = [],
): Promise<Component> {
  const bytes = await readSource(source, maxBytes(options));
  const { code = mayCompileText() ? "text" : "closures" } = options;
  const features: HeldFeatures = {};
  const [parts, customs] = validated(bytes, { ...options, code }, features, shared);
  await loadFeatures(features, [...featuresOf({ ...parts.form, code }), ...planned(parts)]);
  parts.modules.take(made);
  await parts.modules.prepare(coreModulesOf(parts.resolved), parts.form);
  return new Component(parts, customs);
}

/** Options of an engine, which may know more than its caller. */
export interface CheckedOptions extends CompileOptions {
  /**
   * Whether the code has already been checked against the same `caps` and `features`, and has
   * passed. Default: false.
   */
  readonly checked?: boolean | undefined;
  /** The result of reading the same bytes under the same rules. Default: they are read. */
  readonly read?: ReadParts | undefined;
}

export function maxBytes({ maxBytes = 256 * 1024 * 1024 }: CompileOptions): number {
  return maxBytes;
}

/**
 * The features that instances need. Throws `component-limit` where linking would go over a cap; any
 * other reason why it can't be linked is reported by `instantiate`.
 */
export function planned({ resolved, plans }: ComponentParts): readonly (keyof Features)[] {
  // What a component that is given as an import needs is known only when it is there.
  const open = [...resolved.type.imports.values()].some(({ type }) => type.kind === "component");
  if (open) return ["adapters", "tasks"];
  try {
    return featuresOfPlan(plans.get());
  } catch (error) {
    if (error instanceof TenonError && isOverRules(error)) throw error;
    return [];
  }
}

/** The features that instances of this form need. */
export function featuresOf({
  code,
  interrupt,
  restorable,
}: Pick<ModuleForm, "interrupt" | "restorable"> & { code: CodeKind }): (keyof Features)[] {
  const names: (keyof Features)[] = [];
  if (code === "closures") names.push("closures");
  if (interrupt !== undefined) names.push("interruptions");
  if (restorable) names.push("snapshots");
  return names;
}

export function validated(
  bytes: Uint8Array,
  options: CheckedOptions,
  features: HeldFeatures,
  shared?: SharedModules,
): readonly [ComponentParts, readonly CustomSection[]] {
  const rules = rulesOf(options);
  const { resolved, plan, customs } = options.read ?? readNow(bytes, rules, options.checked);
  const { maxMemoryBytes = 64 * 1024 * 1024, maxTableElements = 1_000_000 } = options;
  const { interrupt, restorable, code } = options;
  const growth = { memoryBytes: maxMemoryBytes, tableElements: maxTableElements };
  const form = { ...growth, interrupt, restorable };
  const modules = new CoreModules(bytes, features, shared, rules, true);
  const plans = new Plans(resolved, rules.caps, plan);
  return [{ bytes, resolved, modules, form, features, plans, code, rules }, customs];
}

function readNow(bytes: Uint8Array, rules: Rules, checked = false): ReadParts {
  const tally = new Tally(rules.caps);
  const definition = decode(bytes, tally);
  const resolved = validate(bytes, definition, rules, tally, checked ? "outline" : "code");
  return { resolved, plan: undefined, customs: customsOf(definition) };
}

export function coreModulesOf(component: ResolvedComponent): CoreModule[] {
  return component.items.flatMap((item) => {
    if (item.kind === "component") return coreModulesOf(item.component);
    return item.kind === "core-module" ? [item] : [];
  });
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const { subtle } = crypto;
  if (subtle === undefined) {
    throw new TenonError(
      "component-unsupported",
      "SHA-256 is available in secure contexts only (https, or localhost)",
    );
  }
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as BufferSource));
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
