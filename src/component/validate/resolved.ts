// A component that passed validation, as linking needs it. `validate` makes it; nothing in it can
// be out of bounds, of the wrong sort or of the wrong type.
//
// How to execute one (the component is a list of steps, run in order):
// keep one array per index space (core functions, tables, memories, globals, tags, modules and
// instances; functions, components, instances, values) and push what each item makes onto the
// array of its sort; `index` fields refer to these arrays. Types take part in no index space:
// what execution needs of them stands in the items, resolved.
//
// Resource types: a `ResourceType` here is static, one per place where a component introduces it.
// An execution keeps, per component instance, a map from static to actual resource types and
// extends it exactly at
// - `resource` items: a new actual type;
// - items with `resources`: each names a static type and the path from what the item made or
// received (an import's value, a new instance, an export's value) to the actual type.
// An empty path means the thing itself.
// All static types that an item mentions are in the map when the item is reached.
// `substitute.ts` puts actual types into a FuncType or ValueType.

import type {
  AbstractResource,
  ComponentType,
  CoreFuncType,
  CoreModuleType,
  CoreSort,
  Extern,
  FuncType,
  InstanceType,
  ResourceType,
  ValueType,
} from "../types.ts";

export interface ResolvedComponent {
  readonly type: ComponentType;
  readonly items: readonly ResolvedItem[];
  /** Static resource types in this component and those nested in it, all told. */
  readonly resourceCount: number;
}

/** Where a core module lies in the component's bytes, preamble included. */
export interface CoreModuleRange {
  readonly offset: number;
  readonly length: number;
}

export type ResolvedItem = { readonly offset: number } &
  /**
   * `startWork`: what instantiating it takes, as `componentStartWork` counts it. `memories`: how many
   * each of its instances makes.
   */
  (
    | ({
        readonly kind: "core-module";
        readonly type: CoreModuleType;
        readonly startWork: number;
        readonly memories: number;
      } & CoreModuleRange)
    /** Instantiates a core module; each argument is a core instance. Pushes a core instance. */
    | {
        readonly kind: "core-instantiate";
        readonly module: number;
        readonly args: readonly { readonly name: string; readonly instance: number }[];
      }
    /** A core instance made of what is there already. Pushes a core instance. */
    | { readonly kind: "core-bundle"; readonly exports: readonly CoreBundled[] }
    | { readonly kind: "component"; readonly component: ResolvedComponent }
    /**
     * Instantiates a component with arguments by import name; every import is among them.
     * Pushes an instance.
     */
    | {
        readonly kind: "instantiate";
        readonly component: number;
        readonly args: readonly Bundled[];
        readonly type: InstanceType;
        readonly resources: readonly AbstractResource[];
      }
    /** An instance made of what is there already. Pushes an instance. */
    | { readonly kind: "bundle"; readonly exports: readonly Bundled[]; readonly type: InstanceType }
    /** An export of an instance. Pushes onto the sort's index space, or nothing for a type. */
    | {
        readonly kind: "alias-export";
        readonly sort: ComponentSort;
        readonly instance: number;
        readonly name: string;
      }
    | {
        readonly kind: "alias-core-export";
        readonly sort: CoreSort;
        readonly instance: number;
        readonly name: string;
      }
    /**
     * A module or component of the component `count` levels out (0: this one), as it was when this
     * component was defined.
     */
    | {
        readonly kind: "alias-outer";
        readonly sort: "module" | "component";
        readonly count: number;
        readonly index: number;
      }
    /** A resource type of this component; `destructor` is a core function. */
    | {
        readonly kind: "resource";
        readonly resource: ResourceType;
        readonly rep: "i32" | "i64";
        readonly destructor: number | undefined;
      }
    /** Makes a function of a core function. Pushes a function. */
    | {
        readonly kind: "lift";
        readonly func: number;
        readonly type: FuncType;
        readonly core: CoreFuncType;
        readonly options: CanonicalOptions;
      }
    /** Makes a core function of a function. Pushes a core function. */
    | {
        readonly kind: "lower";
        readonly func: number;
        readonly type: FuncType;
        readonly core: CoreFuncType;
        readonly options: CanonicalOptions;
      }
    /** `resource.new`, `.drop`, `.rep`. Push a core function. */
    | {
        readonly kind: "resource-new" | "resource-drop" | "resource-rep";
        readonly resource: ResourceType;
        /** Of this component's own (and so has a destructor here), as opposed to imported. */
        readonly local: boolean;
      }
    /** Every other canonical built-in. Pushes a core function. */
    | { readonly kind: "builtin"; readonly builtin: Builtin; readonly core: CoreFuncType }
    /** Calls a function with values; pushes its result, if any, as a value. */
    | {
        readonly kind: "start";
        readonly func: number;
        readonly type: FuncType;
        readonly args: readonly number[];
      }
    /** A constant. Pushes a value. `bytes` is a range of the component, encoded as Binary.md's `val`. */
    | {
        readonly kind: "value";
        readonly type: ValueType;
        readonly bytes: { readonly offset: number; readonly length: number };
      }
    /** Pushes onto the index space of its type's kind (nothing for a type). */
    | {
        readonly kind: "import";
        readonly extern: Extern;
        readonly resources: readonly AbstractResource[];
      }
    /** Exports what `item` refers to and pushes it once more (nothing for a type). */
    | {
        readonly kind: "export";
        readonly extern: Extern;
        readonly item: Reference;
        /** Not empty only where an ascribed type hides which resource type it is. */
        readonly resources: readonly AbstractResource[];
      }
  );

export type ComponentSort = "module" | "func" | "value" | "type" | "component" | "instance";

/** A thing of this component: an index, or for a type the resource type that it is, if it is one. */
export type Reference =
  | { readonly sort: Exclude<ComponentSort, "type">; readonly index: number }
  | { readonly sort: "type"; readonly resource: ResourceType | undefined };

export type Bundled = { readonly name: string } & Reference;

export interface CoreBundled {
  readonly name: string;
  readonly sort: CoreSort;
  readonly index: number;
}

export type StringEncoding = "utf8" | "utf16" | "latin1+utf16";

/** CanonicalABI.md, "Canonical ABI Options". What a function needs is there. */
export interface CanonicalOptions {
  readonly stringEncoding: StringEncoding;
  /** A core memory. */
  readonly memory: number | undefined;
  /** The memory's addresses are i64. */
  readonly wide: boolean;
  /** Core functions. */
  readonly realloc: number | undefined;
  readonly postReturn: number | undefined;
  readonly callback: number | undefined;
  readonly async: boolean;
}

/**
 * A canonical built-in but for those of resources, by the specification's name.
 * Only the immediates that the built-in has are there.
 */
export interface Builtin {
  readonly name: string;
  /** Of `stream.*` and `future.*`: the stream or future; of `task.return`: the result. */
  readonly type?: ValueType | undefined;
  readonly options?: CanonicalOptions;
  readonly async?: boolean;
  readonly cancellable?: boolean;
  readonly shared?: boolean;
  /** A core memory or table. */
  readonly memory?: number;
  readonly table?: number;
  /** Of `context.get` and `context.set`: which of the two, and whether it is an i64. */
  readonly slot?: number;
  readonly wide?: boolean;
}
