// A component with everything nested in it, as one flat list of steps. It contains everything that
// is the same for all instances. planner.ts makes it, instantiate.ts runs it.
import { parseFuncName } from "../js-names.ts";
import type { Style } from "./code.ts";
import type { Layout, View } from "../abi/layout.ts";
import type { Signature } from "../abi/signature.ts";
import type { Returns } from "../abi/async/task.ts";
import type { CoreType } from "../abi/flatten.ts";
import type { CoreModuleType, CoreSort, FuncType, ResourceType } from "../types.ts";
import type { Builtin, CanonicalOptions, CoreModuleRange } from "../validate/resolved.ts";

export interface Plan {
  /**
   * For each component instance, the index of its parent, which comes before it. The first is the
   * component itself.
   */
  readonly instances: readonly (number | undefined)[];
  /** By slot. */
  readonly resources: readonly PlannedResource[];
  readonly contexts: readonly PlannedContext[];
  readonly steps: readonly Step[];
  /** What the host must provide, in the order in which the component asks. */
  readonly needs: readonly Need[];
  readonly exports: ReadonlyMap<string, Item>;
  /** The component's core modules that are instantiated. */
  readonly modules: readonly CoreModuleRange[];
  /**
   * The number of core functions, memories, tables, globals and tags. A `CoreRef` is an index among
   * them.
   */
  readonly coreItems: number;
  readonly coreInstances: number;
  /**
   * Component instances in which it matters which thread runs, because they have functions or
   * built-ins of the asynchronous ABI.
   */
  readonly threaded: readonly number[];
  /** Those of them whose code may have to be suspended. */
  readonly blocking: readonly number[];
  /** What this engine can't run yet, in the words of the specification. */
  readonly unsupported: readonly string[];
}

export type CoreRef = number;

/** A resource type, of every instance. */
export interface PlannedResource extends ResourceType {
  /** The component instance that implements it. Undefined: the host does. */
  readonly instance: number | undefined;
}

/** CanonicalABI.md, "Lifting and Lowering Context". */
export interface PlannedContext {
  readonly instance: number;
  readonly memory: CoreRef | undefined;
  readonly realloc: CoreRef | undefined;
  /** The views of memory that its functions use, in addition to `u8` and `u32`. */
  readonly views: readonly View[];
}

export type Step =
  | {
      readonly kind: "instantiate";
      readonly module: ModuleSource;
      readonly imports: readonly CoreArgument[];
      readonly into: number;
    }
  /** Takes a core item out of a core instance. */
  | {
      readonly kind: "take";
      readonly from: number;
      readonly name: string;
      readonly sort: CoreSort;
      readonly into: CoreRef;
    }
  | { readonly kind: "context"; readonly context: number }
  | { readonly kind: "destructor"; readonly resource: number; readonly func: CoreRef }
  | { readonly kind: "lower"; readonly lower: PlannedLower; readonly into: CoreRef }
  | {
      readonly kind: "resource-new" | "resource-drop" | "resource-rep";
      readonly instance: number;
      readonly resource: number;
      readonly into: CoreRef;
    }
  | {
      readonly kind: "builtin";
      readonly instance: number;
      readonly builtin: Builtin;
      readonly memory: CoreRef | undefined;
      /** For `task.return`. */
      readonly returns: Returns | undefined;
      /** For a built-in of streams or futures: the number of its elements' type. */
      readonly payload: number | undefined;
      /** For one that reads or writes. */
      readonly copy: PlannedCopy | undefined;
      readonly into: CoreRef;
    };

/** What a built-in reads or writes. */
export interface PlannedCopy {
  readonly context: number;
  readonly encoding: "utf8" | "utf16" | "latin1+utf16";
  readonly async: boolean;
  /** Undefined: elements carry nothing. */
  readonly item: Layout | undefined;
  readonly size: number | undefined;
  readonly align: number;
  /** Set where elements are numbers. */
  readonly numeric: View | undefined;
}

/** Whether elements are lifted and lowered. */
export function copiesByCode(copy: PlannedCopy | undefined): copy is PlannedCopy {
  return copy?.item !== undefined && copy.numeric === undefined;
}

export interface CoreArgument {
  readonly name: string;
  /** A core instance, or items by name. */
  readonly from: number | ReadonlyMap<string, CoreRef>;
}

export type ModuleSource =
  | { readonly kind: "embedded"; readonly module: CoreModuleRange & { type: CoreModuleType } }
  /** From the host: an index into `needs`. */
  | { readonly kind: "given"; readonly need: number };

/** A guest's function, to be called by the host or another instance. */
export interface PlannedLift {
  readonly kind: "lift";
  readonly instance: number;
  readonly context: number;
  readonly core: CoreRef;
  readonly postReturn: CoreRef | undefined;
  readonly type: FuncType;
  readonly signature: Signature;
  readonly options: CanonicalOptions;
  /** Whether its type is `async`: in JavaScript it returns a promise. */
  readonly async: boolean;
  /** Set where its type is `async`. */
  readonly task: PlannedTask | undefined;
}

export interface PlannedTask {
  readonly callback: CoreRef | undefined;
  /** Undefined: it is lifted without `async`, and its core function returns the result. */
  readonly returns: Returns | undefined;
  /** The result, as the parameter of `task.return`, or as what the core function returns. */
  readonly returned: Signature;
  /** The result of the core function. */
  readonly coreResult: CoreType | undefined;
}

/** A function as a guest calls it. */
export interface PlannedLower {
  readonly instance: number;
  readonly context: number;
  readonly callee: Func;
  /** As the caller sees it. */
  readonly signature: Signature;
  readonly options: CanonicalOptions;
  /** Whether it is lowered with `async`. */
  readonly async: boolean;
}

export type Func = PlannedLift | HostFunc;

export interface HostFunc {
  readonly kind: "host";
  /** An index into `needs`. */
  readonly need: number;
  /** `interface#function`. */
  readonly name: string;
  readonly type: FuncType;
  /** Whether its type is `async`: it may answer with a promise. */
  readonly async: boolean;
}

/** Anything that has a name in a component. */
export type Item =
  | { readonly sort: "func"; readonly func: Func }
  | { readonly sort: "instance"; readonly exports: ReadonlyMap<string, Item> }
  | { readonly sort: "type"; readonly resource: PlannedResource | undefined }
  | { readonly sort: "module"; readonly module: ModuleSource }
  | { readonly sort: "component" }
  | { readonly sort: "value" };

/**
 * Something that the host must provide. `path`: the import's name, then names inside of instances.
 */
export type Need = { readonly path: readonly string[] } & (
  | { readonly kind: "func" }
  | { readonly kind: "class"; readonly resource: PlannedResource }
  | { readonly kind: "module"; readonly type: CoreModuleType }
);

// The parts of a plan that can be reached through its exports.

type Exports = ReadonlyMap<string, Item>;

/** What can be reached through exports, those of instances included. */
export function visitExports(exports: Exports, see: (item: Item, name: string) => void): void {
  for (const [name, item] of exports) {
    see(item, name);
    if (item.sort === "instance") visitExports(item.exports, see);
  }
}

/** A guest's functions, with the ways in which the host can call each. */
export function exportedLifts(exports: Exports): ReadonlyMap<PlannedLift, ReadonlySet<Style>> {
  const found = new Map<PlannedLift, Set<Style>>();
  visitExports(exports, (item, name) => {
    if (item.sort !== "func" || item.func.kind !== "lift") return;
    const { call } = parseFuncName(name);
    const styles = found.get(item.func) ?? new Set();
    found.set(item.func, styles.add(call === "static" ? "function" : call));
  });
  return found;
}
