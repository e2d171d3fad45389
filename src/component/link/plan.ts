// A component with everything nested in it flattened into one list of steps: what is the same for
// every instance, found once. planner.ts makes it, instantiate.ts runs it.
import type { View } from "../abi/layout.ts";
import type { Signature } from "../abi/signature.ts";
import type { Returns } from "../abi/async/task.ts";
import type { CoreModuleType, CoreSort, FuncType, ResourceType } from "../types.ts";
import type { Builtin, CanonicalOptions, CoreModuleRange } from "../validate/resolved.ts";

export interface Plan {
  /**
   * Component instances, each after its parent; the first is the component itself. Of each, its
   * parent's index.
   */
  readonly instances: readonly (number | undefined)[];
  /** By slot. */
  readonly resources: readonly PlannedResource[];
  readonly contexts: readonly PlannedContext[];
  readonly steps: readonly Step[];
  /** What the host is to give, in the order in which the component asks. */
  readonly needs: readonly Need[];
  readonly exports: ReadonlyMap<string, Item>;
  /** Core modules that are instantiated and lie in the component. */
  readonly modules: readonly CoreModuleRange[];
  /** How many core functions, memories, tables, globals and tags there are; a `CoreRef` is an index. */
  readonly coreItems: number;
  readonly coreInstances: number;
  /**
   * Component instances where it matters which thread runs: they have functions of the asynchronous
   * ABI, or built-ins of it.
   */
  readonly threaded: readonly number[];
  /** What this engine can't run yet, by the specification's names. */
  readonly unsupported: readonly string[];
}

export type CoreRef = number;

/** A resource type of every instance. */
export interface PlannedResource extends ResourceType {
  /** The component instance that implements it; undefined: the host does. */
  readonly instance: number | undefined;
}

/** CanonicalABI.md, "Lifting and Lowering Context". */
export interface PlannedContext {
  readonly instance: number;
  readonly memory: CoreRef | undefined;
  readonly realloc: CoreRef | undefined;
  /** Views of the memory that its functions use, besides `u8` and `u32`. */
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
      /** Of `task.return`. */
      readonly returns: Returns | undefined;
      readonly into: CoreRef;
    };

export interface CoreArgument {
  readonly name: string;
  /** A core instance, or items by name. */
  readonly from: number | ReadonlyMap<string, CoreRef>;
}

export type ModuleSource =
  | { readonly kind: "embedded"; readonly module: CoreModuleRange & { type: CoreModuleType } }
  /** Given by the host: an index into `needs`. */
  | { readonly kind: "given"; readonly need: number };

/** A guest's function, for the host or another instance to call. */
export interface PlannedLift {
  readonly kind: "lift";
  readonly instance: number;
  readonly context: number;
  readonly core: CoreRef;
  readonly postReturn: CoreRef | undefined;
  readonly type: FuncType;
  readonly signature: Signature;
  readonly options: CanonicalOptions;
  /** Its type is `async`: in JavaScript it answers with a promise. */
  readonly async: boolean;
  /** Lifted with `async`. */
  readonly task: PlannedTask | undefined;
}

export interface PlannedTask {
  readonly callback: CoreRef | undefined;
  readonly returns: Returns;
  /** The result as the parameter of `task.return` that it is. */
  readonly returned: Signature;
}

/** A function as a guest calls it. */
export interface PlannedLower {
  readonly instance: number;
  readonly context: number;
  readonly callee: Func;
  /** As the caller sees it. */
  readonly signature: Signature;
  readonly options: CanonicalOptions;
  /** Lowered with `async`. */
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
}

/** Something with a name in the world of components. */
export type Item =
  | { readonly sort: "func"; readonly func: Func }
  | { readonly sort: "instance"; readonly exports: ReadonlyMap<string, Item> }
  | { readonly sort: "type"; readonly resource: PlannedResource | undefined }
  | { readonly sort: "module"; readonly module: ModuleSource }
  | { readonly sort: "component" }
  | { readonly sort: "value" };

/** Something that the host is to give. `path`: the import's name, and names inside of instances. */
export type Need = { readonly path: readonly string[] } & (
  | { readonly kind: "func" }
  | { readonly kind: "class"; readonly resource: PlannedResource }
  | { readonly kind: "module"; readonly type: CoreModuleType }
);
