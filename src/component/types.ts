// The types of the component model, resolved: they contain no indices into a binary. Explainer.md,
// "Type Definitions".

/** The types that have no parts. */
export type Primitive =
  | "bool"
  | "s8"
  | "u8"
  | "s16"
  | "u16"
  | "s32"
  | "u32"
  | "s64"
  | "u64"
  | "f32"
  | "f64"
  | "char"
  | "string"
  | "error-context";

/**
 * Two value types are equal when their structure is (see validate/). Object identity only tells
 * which definition was meant; wit.ts uses it to find the name of a type.
 */
export type ValueType =
  | { readonly kind: Primitive }
  | { readonly kind: "record"; readonly fields: readonly NamedType[] }
  | { readonly kind: "tuple"; readonly items: readonly ValueType[] }
  | { readonly kind: "variant"; readonly cases: readonly VariantCase[] }
  | { readonly kind: "enum"; readonly names: readonly string[] }
  | { readonly kind: "flags"; readonly names: readonly string[] }
  | { readonly kind: "option"; readonly item: ValueType }
  | {
      readonly kind: "result";
      readonly ok: ValueType | undefined;
      readonly err: ValueType | undefined;
    }
  /** `length` is set for a fixed-length list only. */
  | { readonly kind: "list"; readonly item: ValueType; readonly length: number | undefined }
  | { readonly kind: "map"; readonly key: ValueType; readonly value: ValueType }
  | { readonly kind: "own"; readonly resource: ResourceType }
  | { readonly kind: "borrow"; readonly resource: ResourceType }
  | { readonly kind: "stream"; readonly item: ValueType | undefined }
  | { readonly kind: "future"; readonly item: ValueType | undefined };

export interface NamedType {
  /** In kebab-case, as the binary has it. */
  readonly name: string;
  /** The type. */
  readonly type: ValueType;
}

/** A case of a variant. */
export interface VariantCase {
  /** In kebab-case, as the binary has it. */
  readonly name: string;
  /** The type of what it carries. Undefined: nothing. */
  readonly type: ValueType | undefined;
}

/** The type of a function. */
export interface FuncType {
  /** Whether it was declared `async`. */
  readonly async: boolean;
  /** Its parameters, a method's `self` included. */
  readonly params: readonly NamedType[];
  /** The type of its result. Undefined: it has none. */
  readonly result: ValueType | undefined;
}

/**
 * One resource type; two are the same when they are the same object. In a validated component each
 * stands for a type as one component sees it, numbered in order of appearance. In a plan, where
 * every nested instantiation is known, `slot` is its index among all resource types of the
 * instance.
 */
export interface ResourceType {
  /** Its number, from 0. */
  readonly slot: number;
  /** For messages and generated classes; undefined where the binary gives none. */
  readonly name: string | undefined;
}

/** What an import or export is. Explainer.md, `externtype`. */
export type ExternType =
  | { readonly kind: "func"; readonly type: FuncType }
  | { readonly kind: "value"; readonly type: ValueType }
  | { readonly kind: "type"; readonly type: TypeExtern }
  | { readonly kind: "instance"; readonly type: InstanceType }
  | { readonly kind: "component"; readonly type: ComponentType }
  | { readonly kind: "module"; readonly type: CoreModuleType };

/** A type that is imported or exported under a name. */
export type TypeExtern =
  | { readonly kind: "resource"; readonly resource: ResourceType }
  /** `of` is the type that it was declared equal to, which may have another name or none. */
  | { readonly kind: "value"; readonly type: ValueType; readonly of: ValueType | undefined }
  | { readonly kind: "func"; readonly type: FuncType }
  | { readonly kind: "instance"; readonly type: InstanceType }
  | { readonly kind: "component"; readonly type: ComponentType };

/** A named import or export with its attributes, which do not count in type checking. */
export interface Extern {
  /** The name, with the version where it is an interface's. */
  readonly name: string;
  /** What it is. */
  readonly type: ExternType;
  /** `(implements "ns:pkg/interface")`: the interface that an instance under a plain name follows. */
  readonly implements: string | undefined;
  /** The part of the version that `name` leaves out: `.6-rc.1` beside `…@0.2`. */
  readonly versionSuffix: string | undefined;
  /** The attribute `external-id`. Undefined: it has none. */
  readonly externalId: string | undefined;
}

/** What an instance exports. */
export interface InstanceType {
  /** Its exports, by name. */
  readonly exports: ReadonlyMap<string, Extern>;
  /** The resource types that this type leaves abstract: each instance has its own. */
  readonly resources: readonly AbstractResource[];
}

/** What a component imports and exports. */
export interface World {
  readonly imports: readonly Extern[];
  readonly exports: readonly Extern[];
}

/** What a component imports and exports, by name. */
export interface ComponentType {
  /** Its imports, by name. */
  readonly imports: ReadonlyMap<string, Extern>;
  /** Its exports, by name. */
  readonly exports: ReadonlyMap<string, Extern>;
  /** The paths start with an import's name: each instantiation supplies these types. */
  readonly importedResources: readonly AbstractResource[];
  /** The paths start with an export's name: each instantiation makes these types. */
  readonly exportedResources: readonly AbstractResource[];
}

/** Where an abstract resource type is first named: a path through the exports of instances. */
export interface AbstractResource {
  /** The type. */
  readonly resource: ResourceType;
  /** The names that lead to it. */
  readonly path: readonly string[];
}

export type CoreSort = "func" | "table" | "memory" | "global" | "tag";

/**
 * A number or vector type by its name; a reference type as text, which is equal where the types
 * are.
 */
export type CoreValueType = string;

/** In a validated component two are equal when they are the same object. */
export interface CoreFuncType {
  /** The types of its parameters. */
  readonly params: readonly CoreValueType[];
  /** The types of its results. */
  readonly results: readonly CoreValueType[];
  /** The type that it was declared a subtype of. */
  readonly supertype: CoreFuncType | undefined;
}

/** `initial` and `maximum` count pages or elements. */
export interface CoreLimits {
  /** The size at first. */
  readonly initial: bigint;
  /** The greatest size. Undefined: none was declared. */
  readonly maximum: bigint | undefined;
  /** Whether threads share it. */
  readonly shared: boolean;
  /** Whether addresses are i64. */
  readonly wide: boolean;
}

/** What a core module imports or exports. */
export type CoreExternType =
  | { readonly kind: "func"; readonly type: CoreFuncType }
  | { readonly kind: "table"; readonly element: CoreValueType; readonly limits: CoreLimits }
  | { readonly kind: "memory"; readonly limits: CoreLimits; readonly pageSizeLog2: number }
  | {
      readonly kind: "global";
      readonly type: CoreValueType;
      readonly mutable: boolean;
      readonly shared: boolean;
    }
  | { readonly kind: "tag"; readonly type: CoreFuncType };

/** An import of a core module, under its two names. */
export interface CoreImport {
  /** The first name. */
  readonly module: string;
  /** The second name. */
  readonly name: string;
  /** What must be given. */
  readonly type: CoreExternType;
}

/** What a core module imports and exports. */
export interface CoreModuleType {
  /** Its imports, in their order. */
  readonly imports: readonly CoreImport[];
  /** Its exports, by name. */
  readonly exports: ReadonlyMap<string, CoreExternType>;
}
