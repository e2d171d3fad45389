// A decoded component: what Binary.md's grammar says and no more. Indices are as written and
// nothing about them is checked; `validate/` resolves them. Core modules are byte ranges.

import type { CoreSort } from "../types.ts";

/** Non-negative: a type index. Negative: a primitive, the opcode as a signed LEB128 (`bool` is -1). */
export type TypeRef = number;

export interface ComponentDefinition {
  /** Of its preamble, and of its end, in bytes from the start of the outermost component. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Definition[];
}

export type Sort =
  | "module"
  | "core-type"
  | "core-instance"
  | `core-${CoreSort}`
  | "func"
  | "value"
  | "type"
  | "component"
  | "instance";

export interface SortIndex {
  readonly sort: Sort;
  readonly index: number;
}

export type NamedSortIndex = SortIndex & { readonly name: string };

/** `offset` is where the definition starts in the outermost component. */
export type Definition = { readonly offset: number } & DefinitionBody;

export type DefinitionBody =
  | { readonly kind: "custom"; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: "module"; readonly start: number; readonly end: number }
  | { readonly kind: "component"; readonly component: ComponentDefinition }
  | { readonly kind: "value"; readonly type: TypeRef; readonly start: number; readonly end: number }
  | {
      readonly kind: "start";
      readonly func: number;
      readonly args: readonly number[];
      readonly results: number;
    }
  | {
      readonly kind: "core-instantiate";
      readonly module: number;
      readonly args: readonly { readonly name: string; readonly instance: number }[];
    }
  | { readonly kind: "core-bundle"; readonly exports: readonly NamedSortIndex[] }
  | {
      readonly kind: "instantiate";
      readonly component: number;
      readonly args: readonly NamedSortIndex[];
    }
  | {
      readonly kind: "bundle";
      readonly exports: readonly { readonly extern: ExternName; readonly item: SortIndex }[];
    }
  | { readonly kind: "canon"; readonly canon: Canon }
  | {
      readonly kind: "export";
      readonly name: ExternName;
      readonly item: SortIndex;
      readonly type: ExternRef | undefined;
    }
  | Declaration;

/** What a component type or instance type may hold too. */
export type Declaration =
  | { readonly kind: "core-type"; readonly type: CoreTypeDefinition }
  | { readonly kind: "type"; readonly type: TypeDefinition }
  | {
      readonly kind: "alias-export";
      readonly sort: Sort;
      readonly instance: number;
      readonly name: string;
    }
  | {
      readonly kind: "alias-core-export";
      readonly sort: Sort;
      readonly instance: number;
      readonly name: string;
    }
  | {
      readonly kind: "alias-outer";
      readonly sort: Sort;
      readonly count: number;
      readonly index: number;
    }
  | { readonly kind: "import"; readonly name: ExternName; readonly type: ExternRef }
  | { readonly kind: "export-declaration"; readonly name: ExternName; readonly type: ExternRef };

export interface ExternName {
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

export interface Attribute {
  readonly kind: "implements" | "version-suffix" | "external-id";
  readonly value: string;
}

/** Binary.md, `externtype`. */
export type ExternRef =
  | { readonly kind: "module" | "func" | "component" | "instance"; readonly type: number }
  | { readonly kind: "value"; readonly type: TypeRef }
  | { readonly kind: "value-equal"; readonly value: number }
  | { readonly kind: "type-equal"; readonly type: number }
  | { readonly kind: "resource" };

/** Binary.md, `deftype`. */
export type TypeDefinition =
  | { readonly kind: "primitive"; readonly type: TypeRef }
  | { readonly kind: "record"; readonly fields: readonly LabelledRef[] }
  | { readonly kind: "variant"; readonly cases: readonly OptionalLabelledRef[] }
  | { readonly kind: "list"; readonly item: TypeRef; readonly length: number | undefined }
  | { readonly kind: "tuple"; readonly items: readonly TypeRef[] }
  | { readonly kind: "flags" | "enum"; readonly names: readonly string[] }
  | { readonly kind: "option"; readonly item: TypeRef }
  | { readonly kind: "result"; readonly ok: TypeRef | undefined; readonly err: TypeRef | undefined }
  | { readonly kind: "own" | "borrow"; readonly resource: number }
  | { readonly kind: "stream" | "future"; readonly item: TypeRef | undefined }
  | { readonly kind: "map"; readonly key: TypeRef; readonly value: TypeRef }
  | {
      readonly kind: "func";
      readonly async: boolean;
      readonly params: readonly LabelledRef[];
      readonly result: TypeRef | undefined;
    }
  | { readonly kind: "component" | "instance"; readonly items: readonly Definition[] }
  | {
      readonly kind: "resource";
      readonly rep: CoreRef;
      readonly destructor: number | undefined;
    };

export interface LabelledRef {
  readonly name: string;
  readonly type: TypeRef;
}

export interface OptionalLabelledRef {
  readonly name: string;
  readonly type: TypeRef | undefined;
}

/** Binary.md, `core:deftype`. */
export type CoreTypeDefinition =
  /** One recursion group; a type outside one is a group of one. */
  | { readonly kind: "group"; readonly types: readonly CoreSubtype[] }
  | { readonly kind: "module"; readonly items: readonly CoreModuleDeclaration[] };

/** References to types are text here: `func`, `(ref null 3)`; indices are as written. */
export interface CoreSubtype {
  readonly final: boolean;
  readonly supertypes: readonly number[];
  readonly type:
    | {
        readonly kind: "func";
        readonly shared: boolean;
        readonly params: readonly CoreRef[];
        readonly results: readonly CoreRef[];
      }
    /** A struct (fields) or array (one field): per field its storage type, then `mut` or `const`. */
    | {
        readonly kind: "struct" | "array";
        readonly shared: boolean;
        readonly fields: readonly (CoreRef | string)[];
      };
}

/** A value type by name, or a reference to a type by its index. */
export type CoreRef = string | { readonly nullable: boolean; readonly index: number };

export type CoreModuleDeclaration = { readonly offset: number } & (
  | {
      readonly kind: "import";
      readonly module: string;
      readonly name: string;
      readonly type: CoreExternRef;
    }
  | { readonly kind: "type"; readonly type: CoreTypeDefinition }
  | { readonly kind: "alias"; readonly count: number; readonly index: number }
  | { readonly kind: "export"; readonly name: string; readonly type: CoreExternRef }
);

export type CoreExternRef =
  | { readonly kind: "func" | "tag"; readonly type: number }
  | { readonly kind: "table"; readonly element: CoreRef; readonly limits: CoreLimitsRef }
  | { readonly kind: "memory"; readonly limits: CoreLimitsRef; readonly pageSizeLog2: number }
  | {
      readonly kind: "global";
      readonly type: CoreRef;
      readonly mutable: boolean;
      readonly shared: boolean;
    };

export interface CoreLimitsRef {
  readonly initial: bigint;
  readonly maximum: bigint | undefined;
  readonly shared: boolean;
  readonly wide: boolean;
}

/** Binary.md, `canon`. Only the immediates that the definition has are there. */
export interface Canon {
  /** `lift`, `lower`, or the built-in's name in the specification. */
  readonly name: string;
  /** Its core type where that depends on nothing, as builtins.ts writes it. */
  readonly signature?: string;
  readonly func?: number;
  /** A type index; of `task.return` the result. */
  readonly type?: TypeRef | undefined;
  /** Of `context.get` and `context.set`. */
  readonly coreType?: CoreRef;
  readonly options?: readonly CanonOption[];
  readonly async?: boolean;
  readonly cancellable?: boolean;
  readonly shared?: boolean;
  readonly memory?: number;
  readonly table?: number;
  readonly slot?: number;
}

export interface CanonOption {
  readonly kind:
    | "utf8"
    | "utf16"
    | "latin1+utf16"
    | "memory"
    | "realloc"
    | "post-return"
    | "async"
    | "callback";
  /** Of a memory or core function; 0 for the rest. */
  readonly index: number;
}
