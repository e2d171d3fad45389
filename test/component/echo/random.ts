// Random types, and random values of them as a host may write them.
import * as fc from "fast-check";
import type { ValueType } from "../../../src/component/types.ts";
import { place } from "./text.ts";

const SCALARS = [
  "bool",
  "u8",
  "s8",
  "u16",
  "s16",
  "u32",
  "s32",
  "u64",
  "s64",
  "f32",
  "f64",
  "char",
  "string",
] as const;

const scalar: fc.Arbitrary<ValueType> = fc
  .constantFrom(...SCALARS)
  .map((kind) => ({ kind }) as ValueType);

// Names that mean something to JavaScript among them.
const label = fc.oneof(
  fc.constantFrom(
    "constructor",
    "then",
    "to-string",
    "value-of",
    "prototype",
    "length",
    "has-own-property",
    "class",
    "function",
    "await",
    "tag",
    "val",
    "name",
    "HTTP-get",
    "x1-y2",
    "to-json",
    "cx",
    "u8",
    "f64",
    "p0",
    "eval",
    "arguments",
    "undefined",
    "get",
    "define-getter",
  ),
  fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z][a-z0-9]{0,3}){0,2}$/),
);

function labels(minLength: number, maxLength: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(label, { minLength, maxLength, selector: (name) => name.toLowerCase() });
}

const small = fc.integer({ min: 1, max: 4 });
// Flags: around one byte and two, up to the most there may be.
const many = fc.constantFrom(7, 8, 9, 15, 16, 17, 31, 32);

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `n${at}`);
}

const names = fc.oneof(
  { weight: 5, arbitrary: labels(1, 6) },
  { weight: 1, arbitrary: many.map(numbered) },
);

export interface TypeOptions {
  /** Fixed-length lists and maps, which not every engine has. Default: true. */
  readonly recent?: boolean;
}

/** No type takes more than some 500 bytes. */
export function randomType({ recent = true }: TypeOptions = {}): fc.Arbitrary<ValueType> {
  const { type } = fc.letrec<{ type: ValueType }>((tie) => {
    const inner = tie("type");
    const some = fc.array(inner, { minLength: 1, maxLength: 5 });
    const optional = fc.option(inner, { nil: undefined, freq: 3 });
    const named = <T>(types: fc.Arbitrary<T[]>) =>
      types.chain((list) =>
        labels(list.length, list.length).map((all) =>
          all.map((name, at) => ({ name, type: list[at]! })),
        ),
      );
    const list: fc.Arbitrary<ValueType> = inner.map((item) => ({
      kind: "list",
      item,
      length: undefined,
    }));
    const kinds: fc.Arbitrary<ValueType>[] = [
      list,
      named(some).map((fields) => ({ kind: "record", fields })),
      some.map((items) => ({ kind: "tuple", items })),
      named(fc.array(optional, { minLength: 1, maxLength: 5 })).map((cases) => ({
        kind: "variant",
        cases,
      })),
      fc.oneof(names, fc.constant(numbered(257))).map((names) => ({ kind: "enum", names })),
      names.map((names) => ({ kind: "flags", names })),
      inner.map((item) => ({ kind: "option", item })),
      fc.tuple(optional, optional).map(([ok, err]) => ({ kind: "result", ok, err })),
    ];
    if (recent) {
      kinds.push(
        fc.tuple(inner, small).map(([item, length]) => ({ kind: "list", item, length })),
        fc
          .tuple(
            scalar.filter(({ kind }) => kind !== "f32" && kind !== "f64"),
            inner,
          )
          .map(([key, value]) => ({ kind: "map", key, value })),
      );
    }
    return {
      type: fc.oneof({ maxDepth: 4, depthSize: "small", withCrossShrink: true }, scalar, ...kinds),
    };
  });
  return type.filter((one) => place(one).size <= 500);
}

const LONG = [24, 25, 100, 1023, 1024, 1025, 5000];

const text = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 30 })
    .map((all) => String.fromCharCode(...all)),
  // Lone surrogates.
  fc
    .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 10 })
    .map((all) => String.fromCharCode(...all)),
  fc
    .tuple(
      fc.constantFrom("a", "é", "ÿ", "☃", "🍰"),
      fc.constantFrom(...LONG),
      fc.constantFrom("", "☃"),
    )
    .map(([unit, length, end]) => unit.repeat(length) + end),
);

const char = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
);

const INTEGERS = {
  u8: [0, 255],
  s8: [-128, 127],
  u16: [0, 65_535],
  s16: [-32_768, 32_767],
  u32: [0, 4_294_967_295],
  s32: [-2_147_483_648, 2_147_483_647],
} as const;

const ARRAYS = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

type Numeric = keyof typeof ARRAYS;

function isNumeric(kind: string): kind is Numeric {
  return Object.hasOwn(ARRAYS, kind);
}

/** Values of a type in each of the forms that a host may give. */
export function randomValue(type: ValueType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "bool":
      return fc.boolean();
    case "u8":
    case "s8":
    case "u16":
    case "s16":
    case "u32":
    case "s32": {
      const [min, max] = INTEGERS[type.kind];
      return fc.integer({ min, max });
    }
    case "u64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "s64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "f32":
      return fc.float();
    case "f64":
      return fc.double();
    case "char":
      return char.map((code) => String.fromCodePoint(code));
    case "string":
      return text;
    case "list":
      return randomList(type.item, type.length);
    case "map":
      return fc
        .uniqueArray(fc.tuple(randomValue(type.key), randomValue(type.value)), {
          maxLength: 4,
          // What is one string to the guest is one key.
          selector: ([key]) => (typeof key === "string" ? key.toWellFormed() : key),
        })
        .map((entries) => new Map(entries));
    case "record":
      return fc
        .tuple(...type.fields.map((field) => randomValue(field.type)))
        .map((values) => object(type.fields.map(({ name }, at) => [name, values[at]])));
    case "tuple":
      return fc.tuple(...type.items.map(randomValue));
    case "flags":
      return fc
        .array(fc.constantFrom(true, false, undefined), {
          minLength: type.names.length,
          maxLength: type.names.length,
        })
        .map((values) => object(type.names.map((name, at) => [name, values[at]])));
    case "enum":
      return fc.constantFrom(...type.names);
    case "variant":
      return fc.oneof(...type.cases.map((one) => tagged(one.name, one.type)));
    case "result":
      return fc.oneof(tagged("ok", type.ok), tagged("err", type.err));
    case "option":
      if (nullable(type.item))
        return fc.oneof(tagged("none", undefined), tagged("some", type.item));
      return fc.oneof(fc.constantFrom(undefined, null), randomValue(type.item));
    default:
      throw new Error(`no values of ${type.kind}`);
  }
}

function randomList(item: ValueType, length: number | undefined): fc.Arbitrary<unknown> {
  const many = length === undefined ? { maxLength: 5 } : { minLength: length, maxLength: length };
  const list = fc.array(randomValue(item), many);
  if (!isNumeric(item.kind)) return list;
  const { kind } = item;
  return fc.oneof(
    list,
    list.map((values) => typed(kind, values)),
  );
}

function typed(kind: Numeric, values: readonly unknown[]): unknown {
  return (ARRAYS[kind] as unknown as { from(values: readonly unknown[]): unknown }).from(values);
}

function tagged(tag: string, type: ValueType | undefined): fc.Arbitrary<unknown> {
  return type === undefined ? fc.constant({ tag }) : randomValue(type).map((val) => ({ tag, val }));
}

// An option of such a type is written with tags.
function nullable(type: ValueType): boolean {
  return type.kind === "option" && !nullable(type.item);
}

function camelCase(name: string): string {
  const [first, ...rest] = name.toLowerCase().split("-");
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function object(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    const key = camelCase(name);
    made[Object.hasOwn(made, key) ? name : key] = value;
  }
  return made;
}

/** The value as one gets it back: in the one form that a guest's values have. */
export function canonical(type: ValueType, value: unknown): unknown {
  switch (type.kind) {
    case "f32":
      return Math.fround(value as number);
    case "string":
      return (value as string).toWellFormed();
    case "list": {
      const { item } = type;
      const items = Array.from(value as ArrayLike<unknown>, (one) => canonical(item, one));
      return isNumeric(item.kind) ? typed(item.kind, items) : items;
    }
    case "map":
      return new Map(
        Array.from(value as Map<unknown, unknown>, ([key, one]) => [
          canonical(type.key, key),
          canonical(type.value, one),
        ]),
      );
    case "record": {
      const keys = Object.keys(value as object);
      const values = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        keys.map((key, at) => [key, canonical(type.fields[at]!.type, values[key])]),
      );
    }
    case "tuple":
      return (value as unknown[]).map((one, at) => canonical(type.items[at]!, one));
    case "flags":
      return Object.fromEntries(
        Object.entries(value as object).map(([key, on]) => [key, on === true]),
      );
    case "variant":
      return canonicalCase(type.cases, value);
    case "result":
      return canonicalCase(
        [
          { name: "ok", type: type.ok },
          { name: "err", type: type.err },
        ],
        value,
        true,
      );
    case "option":
      if (nullable(type.item)) {
        const cases = [
          { name: "none", type: undefined },
          { name: "some", type: type.item },
        ];
        return canonicalCase(cases, value);
      }
      return value === undefined || value === null ? undefined : canonical(type.item, value);
    default:
      return value;
  }
}

// `val` is there where the case has a payload, and in each case of a result.
function canonicalCase(
  cases: readonly { readonly name: string; readonly type: ValueType | undefined }[],
  value: unknown,
  always = false,
): unknown {
  const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
  const type = cases.find(({ name }) => name === tag)!.type;
  if (type === undefined) return always ? { tag, val: undefined } : { tag };
  return { tag, val: canonical(type, val) };
}
