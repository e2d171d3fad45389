// Types of the component model, resolved: no indices into a binary are left.
// Explainer.md, "Type Definitions".

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
 * Two value types are equal when their structure is (see validate/); object identity
 * only says which definition was meant, which is how wit.ts finds the name a type was given.
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
  /** `length` is there for a fixed-length list only. */
  | { readonly kind: "list"; readonly item: ValueType; readonly length: number | undefined }
  | { readonly kind: "map"; readonly key: ValueType; readonly value: ValueType }
  | { readonly kind: "own"; readonly resource: ResourceType }
  | { readonly kind: "borrow"; readonly resource: ResourceType }
  | { readonly kind: "stream"; readonly item: ValueType | undefined }
  | { readonly kind: "future"; readonly item: ValueType | undefined };

export interface NamedType {
  /** In kebab-case, as the binary has it. */
  readonly name: string;
  readonly type: ValueType;
}

export interface VariantCase {
  readonly name: string;
  readonly type: ValueType | undefined;
}

export interface FuncType {
  readonly async: boolean;
  readonly params: readonly NamedType[];
  readonly result: ValueType | undefined;
}

/**
 * One resource type; two are the same when they are the same object. In a validated component each
 * stands for a type as one component sees it, numbered in order of appearance. In a plan, where
 * every nested instantiation is known, `slot` is its index among all resource types of the instance.
 */
export interface ResourceType {
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
  /** `of` is the type it was declared equal to, which may have another name or none. */
  | { readonly kind: "value"; readonly type: ValueType; readonly of: ValueType | undefined }
  | { readonly kind: "func"; readonly type: FuncType }
  | { readonly kind: "instance"; readonly type: InstanceType }
  | { readonly kind: "component"; readonly type: ComponentType };

/** A named import or export with its attributes, which never take part in type checking. */
export interface Extern {
  readonly name: string;
  readonly type: ExternType;
  /** `(implements "ns:pkg/interface")`: the interface that an instance under a plain name follows. */
  readonly implements: string | undefined;
  /** What `name` leaves out of the version: `.6-rc.1` beside `…@0.2`. */
  readonly versionSuffix: string | undefined;
  readonly externalId: string | undefined;
}

export interface InstanceType {
  readonly exports: ReadonlyMap<string, Extern>;
  /** The resource types that this type leaves abstract: each instance brings its own. */
  readonly resources: readonly AbstractResource[];
}

/** What a component imports and exports. */
export interface World {
  readonly imports: readonly Extern[];
  readonly exports: readonly Extern[];
}

export interface ComponentType {
  readonly imports: ReadonlyMap<string, Extern>;
  readonly exports: ReadonlyMap<string, Extern>;
  /** Paths start with an import's name: each instantiation says what they are. */
  readonly importedResources: readonly AbstractResource[];
  /** Paths start with an export's name: each instantiation brings its own. */
  readonly exportedResources: readonly AbstractResource[];
}

/** Where an abstract resource type first gets its name: through the exports of instances, by name. */
export interface AbstractResource {
  readonly resource: ResourceType;
  readonly path: readonly string[];
}

export type CoreSort = "func" | "table" | "memory" | "global" | "tag";

/** A number or vector type by its name; a reference type as text that is equal when the type is. */
export type CoreValueType = string;

/** In a validated component two are equal when they are the same object. */
export interface CoreFuncType {
  readonly params: readonly CoreValueType[];
  readonly results: readonly CoreValueType[];
  readonly supertype: CoreFuncType | undefined;
}

/** `initial` and `maximum` count pages or elements. */
export interface CoreLimits {
  readonly initial: bigint;
  readonly maximum: bigint | undefined;
  readonly shared: boolean;
  /** Addresses are i64. */
  readonly wide: boolean;
}

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

export interface CoreImport {
  readonly module: string;
  readonly name: string;
  readonly type: CoreExternType;
}

export interface CoreModuleType {
  readonly imports: readonly CoreImport[];
  readonly exports: ReadonlyMap<string, CoreExternType>;
}
