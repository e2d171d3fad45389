/// Types of the component model, resolved: no indices into a binary are left.
/// Explainer.md, "Type Definitions".

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
  /// `length` is there for a fixed-length list only.
  | { readonly kind: "list"; readonly item: ValueType; readonly length: number | undefined }
  | { readonly kind: "map"; readonly key: ValueType; readonly value: ValueType }
  | { readonly kind: "own"; readonly resource: ResourceType }
  | { readonly kind: "borrow"; readonly resource: ResourceType }
  | { readonly kind: "stream"; readonly item: ValueType | undefined }
  | { readonly kind: "future"; readonly item: ValueType | undefined };

export interface NamedType {
  /// In kebab-case, as the binary has it.
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

/// One resource type; two are the same when they are the same object. In a plan, where every nested
/// instantiation is known, `slot` is its index among all resource types of the instance.
export interface ResourceType {
  readonly slot: number;
  /// For messages and generated classes; undefined where the binary gives none.
  readonly name: string | undefined;
}
