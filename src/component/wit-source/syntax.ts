// What a WIT file says, before names are looked up. WIT.md, "Top-level items" and on.
import type { Primitive } from "../types.ts";
import type { Place } from "./tokens.ts";

/** `ns:name/label@1.0.0`, or a label of the same package. */
export interface Path {
  /** `ns:name@1.0.0`; undefined: the package that the path stands in. */
  readonly package: string | undefined;
  readonly name: string;
  readonly place: Place;
}

export type TypeSyntax =
  | { readonly kind: Primitive }
  | { readonly kind: "named" | "borrow"; readonly name: string; readonly place: Place }
  | { readonly kind: "tuple"; readonly items: readonly TypeSyntax[] }
  | { readonly kind: "option"; readonly item: TypeSyntax }
  | { readonly kind: "list"; readonly item: TypeSyntax; readonly length: number | undefined }
  | { readonly kind: "map"; readonly key: TypeSyntax; readonly value: TypeSyntax }
  | {
      readonly kind: "result";
      readonly ok: TypeSyntax | undefined;
      readonly err: TypeSyntax | undefined;
    }
  | { readonly kind: "stream" | "future"; readonly item: TypeSyntax | undefined };

export interface Part {
  readonly name: string;
  readonly docs: string;
  readonly type: TypeSyntax | undefined;
}

export interface FuncSyntax {
  /** As a component spells it: `[method]task.end`. */
  readonly name: string;
  readonly docs: string;
  readonly place: Place;
  readonly async: boolean;
  readonly params: readonly (Part & { readonly type: TypeSyntax })[];
  readonly result: TypeSyntax | undefined;
}

export type TypeBody =
  | { readonly kind: "alias"; readonly type: TypeSyntax }
  | { readonly kind: "record" | "variant" | "enum" | "flags"; readonly parts: readonly Part[] }
  | { readonly kind: "resource"; readonly functions: readonly FuncSyntax[] };

export interface Use {
  readonly kind: "use";
  readonly path: Path;
  readonly names: readonly { readonly name: string; readonly as: string; readonly place: Place }[];
}

export interface TypeItem {
  readonly kind: "type";
  readonly name: string;
  readonly docs: string;
  readonly place: Place;
  readonly body: TypeBody;
}

export type InterfaceItem = Use | TypeItem | ({ readonly kind: "func" } & FuncSyntax);

export type Whole =
  | { readonly kind: "func"; readonly func: FuncSyntax }
  | { readonly kind: "inline"; readonly items: readonly InterfaceItem[] }
  | { readonly kind: "path"; readonly path: Path };

export type WorldItem =
  | Use
  | TypeItem
  | {
      readonly kind: "import" | "export";
      /** Undefined for a path without a name of its own. */
      readonly name: string | undefined;
      readonly docs: string;
      readonly place: Place;
      readonly what: Whole;
    }
  | {
      readonly kind: "include";
      readonly path: Path;
      readonly renamed: ReadonlyMap<string, string>;
    };

export interface Described<Item> {
  readonly name: string;
  readonly docs: string;
  readonly place: Place;
  readonly items: readonly Item[];
}

export interface PackageSyntax {
  /** `ns:name@1.0.0`. */
  readonly name: string;
  readonly interfaces: Map<string, Described<InterfaceItem>>;
  readonly worlds: Map<string, Described<WorldItem>>;
  /** Names that a `use` at the top of a file brings in. */
  readonly uses: Map<string, Path>;
}
