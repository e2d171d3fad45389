// What both routes need to know of a type: where its parts are in linear memory, its core types,
// its shape in JavaScript. CanonicalABI.md, "Despecialization", "Alignment", "Element Size".
import type { ResourceType, ValueType } from "../types.ts";
import { type CoreType, flatten, joinCases, MAX_FLAT_PARAMS } from "./flatten.ts";
import { keysOf } from "../js-names.ts";

/** A view of linear memory, named after what an element is. */
export type View = "u8" | "s8" | "u16" | "s16" | "u32" | "s32" | "u64" | "s64" | "f32" | "f64";

interface Common {
  /** Unique among the layouts of one `Layouts`. */
  readonly id: number;
  readonly size: number;
  readonly align: number;
  /** Undefined where there are more than MAX_FLAT_PARAMS. */
  readonly flat: readonly CoreType[] | undefined;
  /**
   * How many JavaScript values lifting one makes, not counting the content of lists and strings.
   */
  readonly nodes: number;
  /**
   * Whether it contains strings or lists: lowering then calls realloc, and lifting reads other
   * places of memory.
   */
  readonly dynamic: boolean;
  /** Whether lifting one takes from the budget of a call. */
  readonly spends: boolean;
  readonly owns: boolean;
  readonly borrows: boolean;
  /** Whether it contains streams or futures. */
  readonly ends: boolean;
}

export type Layout = Common & Form;

export type Form =
  | { readonly form: "scalar"; readonly scalar: View | "bool" | "char"; readonly view: View }
  | { readonly form: "string" }
  | {
      readonly form: "record" | "tuple";
      readonly fields: readonly Field[];
      /** How many fields were made before: makes fields unique among those of one `Layouts`. */
      readonly first: number;
    }
  | CasesForm
  | {
      readonly form: "flags";
      readonly keys: readonly string[];
      readonly words: number;
      readonly view: View;
    }
  | ListForm
  | { readonly form: "handle"; readonly own: boolean; readonly resource: ResourceType }
  | {
      readonly form: "async";
      readonly kind: "stream" | "future" | "error-context";
      /** The number of the elements' type among those of the plan. */
      readonly payload: number;
    };

export interface CasesForm {
  readonly form: "cases";
  /** `option` is `T | undefined`; `tagged` is an option whose item could itself be undefined. */
  readonly style: "variant" | "enum" | "option" | "tagged" | "result";
  readonly cases: readonly Case[];
  /** The view of the discriminant. */
  readonly view: View;
  /** The offset of the payload. */
  readonly payload: number;
}

export interface ListForm {
  readonly form: "list";
  readonly item: Layout;
  /** For a fixed-length list. */
  readonly length: number | undefined;
  /** The typed array that it is in JavaScript, if it is one. */
  readonly numeric: View | undefined;
  /** Whether it is a Map in JavaScript. The item is a pair. */
  readonly map: boolean;
}

export interface Field {
  /** The property name; for a tuple, the index. */
  readonly key: string;
  readonly offset: number;
  readonly layout: Layout;
}

export interface Case {
  readonly name: string;
  readonly layout: Layout | undefined;
}

export const SIZES: Readonly<Record<View, number>> = {
  u8: 1,
  s8: 1,
  u16: 2,
  s16: 2,
  u32: 4,
  s32: 4,
  u64: 8,
  s64: 8,
  f32: 4,
  f64: 8,
};

/** Log2 of an element's size: how far an address is shifted to index a view. */
export const SHIFTS: Readonly<Record<View, number>> = {
  u8: 0,
  s8: 0,
  u16: 1,
  s16: 1,
  u32: 2,
  s32: 2,
  u64: 3,
  s64: 3,
  f32: 2,
  f64: 3,
};

const POINTER_SIZE = 4;
const PLAIN = {
  nodes: 1,
  dynamic: false,
  spends: false,
  owns: false,
  borrows: false,
  ends: false,
};

/** Layouts of types. Each is made once. */
export class Layouts {
  readonly #known: Map<ValueType, Layout> = new Map();
  readonly #payloads: (item: ValueType | undefined) => number;
  #made = 0;
  #fieldsMade = 0;

  /** `payloads`: numbers types, equal ones alike. */
  constructor(payloads: (item: ValueType | undefined) => number = () => 0) {
    this.#payloads = payloads;
  }

  of(type: ValueType): Layout {
    let layout = this.#known.get(type);
    if (layout === undefined) {
      layout = { ...this.#describe(type), id: this.#made++ };
      this.#known.set(type, layout);
    }
    return layout;
  }

  optional(type: ValueType | undefined): Layout | undefined {
    return type === undefined ? undefined : this.of(type);
  }

  /** A function's parameters as the tuple that they are in memory. */
  tuple(types: readonly ValueType[]): Layout {
    return { ...this.#fields("tuple", [], types), id: this.#made++ };
  }

  #describe(type: ValueType): Omit<Common, "id"> & Form {
    switch (type.kind) {
      case "record": {
        const keys = keysOf(type.fields.map((field) => field.name));
        return this.#fields(
          "record",
          keys,
          type.fields.map((field) => field.type),
        );
      }
      case "tuple":
        return this.#fields("tuple", [], type.items);
      case "variant":
        return this.#cases("variant", type.cases);
      case "enum":
        return this.#cases(
          "enum",
          type.names.map((name) => ({ name, type: undefined })),
        );
      case "option":
        return this.#cases(nullable(type.item) ? "tagged" : "option", [
          { name: "none", type: undefined },
          { name: "some", type: type.item },
        ]);
      case "result":
        return this.#cases("result", [
          { name: "ok", type: type.ok },
          { name: "err", type: type.err },
        ]);
      case "flags":
        return flags(type.names);
      case "list":
        return list(this.of(type.item), type.length, false);
      case "map":
        return list(this.of({ kind: "tuple", items: [type.key, type.value] }), undefined, true);
      case "own":
      case "borrow": {
        const own = type.kind === "own";
        const form = { form: "handle", own, resource: type.resource } as const;
        return { ...form, ...PLAIN, size: 4, align: 4, flat: ["i32"], owns: own, borrows: !own };
      }
      case "stream":
      case "future":
      case "error-context": {
        const { kind } = type;
        const payload = "item" in type ? this.#payloads(type.item) : 0;
        const ends = kind !== "error-context";
        return { form: "async", kind, payload, ...PLAIN, ends, size: 4, align: 4, flat: ["i32"] };
      }
      case "string": {
        const size = 2 * POINTER_SIZE;
        const flat = ["i32", "i32"] as const;
        return {
          form: "string",
          ...PLAIN,
          size,
          align: POINTER_SIZE,
          flat,
          dynamic: true,
          spends: true,
        };
      }
      default:
        return scalar(type.kind);
    }
  }

  #fields(form: "record" | "tuple", keys: readonly string[], types: readonly ValueType[]) {
    let size = 0;
    let align = 1;
    const fields = types.map((type, index) => {
      const layout = this.of(type);
      const offset = alignTo(size, layout.align);
      size = offset + layout.size;
      align = Math.max(align, layout.align);
      return { key: form === "tuple" ? String(index) : keys[index]!, offset, layout };
    });
    const layouts = fields.map((field) => field.layout);
    const flat = flatten(layouts);
    const first = this.#fieldsMade;
    if (form === "record") this.#fieldsMade += fields.length;
    return { form, fields, first, size: alignTo(size, align), align, flat, ...sum(layouts) };
  }

  #cases(
    style: CasesForm["style"],
    list: readonly { readonly name: string; readonly type: ValueType | undefined }[],
  ) {
    const cases = list.map(({ name, type }) => ({ name, layout: this.optional(type) }));
    const layouts = cases.flatMap(({ layout }) => (layout === undefined ? [] : [layout]));
    const view: View = list.length <= 0x100 ? "u8" : list.length <= 0x10000 ? "u16" : "u32";
    const widest = Math.max(1, ...layouts.map((layout) => layout.align));
    const payload = alignTo(SIZES[view], widest);
    const align = Math.max(SIZES[view], widest);
    const size = alignTo(payload + Math.max(0, ...layouts.map((layout) => layout.size)), align);
    const { nodes, ...rest } = sum(layouts);
    const most = Math.max(0, ...layouts.map((layout) => layout.nodes));
    const flat = joinCases(layouts);
    const form = { form: "cases", style, cases, view, payload } as const;
    return { ...form, size, align, flat, ...rest, nodes: Math.min(nodes, 1 + most) };
  }
}

/**
 * Whether undefined is a value of this type in JavaScript. jco's rule: an option of such a type has
 * tags.
 */
export function nullable(type: ValueType): boolean {
  let options = 0;
  for (let inner = type; inner.kind === "option"; inner = inner.item) options++;
  return options % 2 === 1;
}

export function alignTo(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

function scalar(kind: View | "bool" | "char" | "string" | "error-context") {
  const scalar = kind as View | "bool" | "char";
  const view: View = scalar === "bool" ? "u8" : scalar === "char" ? "u32" : scalar;
  const core: CoreType =
    view === "f32" || view === "f64" ? view : SIZES[view] === 8 ? "i64" : "i32";
  const size = SIZES[view];
  return { form: "scalar", scalar, view, ...PLAIN, size, align: size, flat: [core] } as const;
}

function flags(names: readonly string[]) {
  const words = Math.ceil(names.length / 32);
  const view: View = names.length <= 8 ? "u8" : names.length <= 16 ? "u16" : "u32";
  const align = SIZES[view];
  const flat = words > MAX_FLAT_PARAMS ? undefined : Array<CoreType>(words).fill("i32");
  const keys = keysOf(names);
  const nodes = 1 + names.length;
  const form = { form: "flags", keys, words, view } as const;
  return { ...form, ...PLAIN, nodes, size: align * words, align, flat };
}

/** How many other values a typed array counts for. */
const ARRAY_NODES = 16;

function list(item: Layout, length: number | undefined, map: boolean) {
  const numeric =
    item.form === "scalar" && item.scalar !== "bool" && item.scalar !== "char"
      ? item.scalar
      : undefined;
  const form = { form: "list", item, length, numeric, map } as const;
  const { owns, borrows, ends } = item;
  if (length === undefined) {
    const size = 2 * POINTER_SIZE;
    const flat = ["i32", "i32"] as const;
    const nodes = numeric === undefined ? 1 : ARRAY_NODES;
    const pointer = { size, align: POINTER_SIZE, flat, nodes, dynamic: true, spends: true };
    return { ...form, ...pointer, owns, borrows, ends };
  }
  const flat = length > MAX_FLAT_PARAMS ? undefined : flatten(Array<Layout>(length).fill(item));
  const size = length * item.size;
  const nodes = numeric === undefined ? 1 + length * item.nodes : ARRAY_NODES;
  const { align, dynamic } = item;
  return { ...form, size, align, flat, nodes, dynamic, spends: true, owns, borrows, ends };
}

function sum(layouts: readonly Layout[]) {
  return {
    nodes: layouts.reduce((total, layout) => total + layout.nodes, 1),
    dynamic: layouts.some((layout) => layout.dynamic),
    spends: layouts.some((layout) => layout.spends),
    owns: layouts.some((layout) => layout.owns),
    borrows: layouts.some((layout) => layout.borrows),
    ends: layouts.some((layout) => layout.ends),
  };
}
