// Generates expressions that make JavaScript values: from memory (CanonicalABI.md, "Loading") and
// from core values ("Flat Lifting").
import { type CasesForm, type Layout, type ListForm, SHIFTS, type View } from "../layout.ts";
import { NUMBER_ARRAYS } from "../values/scalars.ts";
import type { CoreType } from "../flatten.ts";
import type { RuntimeName } from "./unit.ts";
import { inner, isLarge, type Side } from "./unit.ts";

/** `p` is a variable. */
export function load(side: Side, layout: Layout, p: string, offset: number): string {
  const { unit, m } = side;
  if (isLarge(layout) && layout.form !== "list" && layout.form !== "cases") {
    const make = () => `return ${loadParts(inner(side), layout, "p", 0)}`;
    return `${unit.helper(`L${side.tag}${layout.id}`, "m,p", make)}(${m},${place(p, offset)})`;
  }
  return loadParts(side, layout, p, offset);
}

function loadParts(side: Side, layout: Layout, p: string, offset: number): string {
  const { unit, m } = side;
  switch (layout.form) {
    case "scalar":
      return scalar(side, layout.scalar, element(m, layout.view, p, offset));
    case "string":
      return string(side, element(m, "u32", p, offset), element(m, "u32", p, offset + 4));
    case "record":
    case "tuple": {
      const parts = layout.fields.map((field) =>
        load(side, field.layout, p, offset + field.offset),
      );
      return literal(layout, parts);
    }
    case "cases": {
      const name = unit.helper(`L${side.tag}${layout.id}`, "m,p", () => {
        const within = inner(side);
        const { view, payload } = layout;
        const make = (item: Layout) => load(within, item, "p", payload);
        return `switch(m.${view}[p>>>${SHIFTS[view]}]){${cases(side, layout, make)}}return ${unit.use("badCase")}(m.${view}[p>>>${SHIFTS[view]}])`;
      });
      return `${name}(${m},${place(p, offset)})`;
    }
    case "flags": {
      const size = layout.size / layout.words;
      const words = Array.from({ length: layout.words }, (_, word) =>
        element(m, layout.view, p, offset + word * size),
      );
      return flags(side, layout, words);
    }
    case "list":
      if (layout.length !== undefined) return fixedList(side, layout, p, offset);
      return list(side, layout, element(m, "u32", p, offset), element(m, "u32", p, offset + 4));
    case "handle":
      return handle(side, layout, element(m, "u32", p, offset));
    case "async":
      return end(side, layout, element(m, "u32", p, offset));
  }
}

/** Removes the core values that it uses from the front of `flat`. */
export function liftFlat(side: Side, layout: Layout, flat: string[]): string {
  switch (layout.form) {
    case "scalar":
      return scalar(side, layout.scalar, narrow(layout.scalar, flat.shift()!));
    case "string":
      return string(side, `${flat.shift()!}>>>0`, `${flat.shift()!}>>>0`);
    case "record":
    case "tuple":
      return literal(
        layout,
        layout.fields.map((field) => liftFlat(side, field.layout, flat)),
      );
    case "cases":
      return flatCases(side, layout, flat);
    case "flags":
      return flags(side, layout, flat.splice(0, layout.words));
    case "list": {
      const { length, item, numeric } = layout;
      if (length === undefined) {
        return list(side, layout, `${flat.shift()!}>>>0`, `${flat.shift()!}>>>0`);
      }
      const items = Array.from({ length }, () => liftFlat(side, item, flat)).join(",");
      return numeric === undefined ? `[${items}]` : `${NUMBER_ARRAYS[numeric].name}.of(${items})`;
    }
    case "handle":
      return handle(side, layout, flat.shift()!);
    case "async":
      return end(side, layout, flat.shift()!);
  }
}

function flatCases(side: Side, layout: Layout & CasesForm, flat: string[]): string {
  const { unit, m } = side;
  const joined = layout.flat!;
  const name = unit.helper(`F${side.tag}${layout.id}`, `m,${params(joined)}`, () => {
    const within = inner(side);
    const make = (item: Layout) => {
      const values = item.flat!.map((want, index) => coerce(side, joined[index + 1]!, want, index));
      return liftFlat(within, item, values);
    };
    return `switch(f){${cases(side, layout, make)}}return ${unit.use("badCase")}(f)`;
  });
  return `${name}(${m},${flat.splice(0, joined.length).join(",")})`;
}

function params(joined: readonly CoreType[]): string {
  return joined.map((_, index) => (index === 0 ? "f" : `f${index - 1}`)).join(",");
}

/** CanonicalABI.md, `CoerceValueIter`. */
function coerce(side: Side, have: CoreType, want: CoreType, index: number): string {
  const value = `f${index}`;
  if (have === want) return value;
  const use = (name: RuntimeName) => side.unit.use(name);
  if (have === "i32") return `${use("floatOfBits")}(${value})`;
  if (want === "i32") return `${use("wrap")}(${value})`;
  if (want === "f32") return `${use("floatOfBits")}(${use("wrap")}(${value}))`;
  return `${use("doubleOfBits")}(${value})`;
}

/** The arms of a switch over discriminants. */
function cases(side: Side, layout: CasesForm, make: (item: Layout) => string): string {
  const names = layout.style === "option" ? "" : side.unit.names(layout.cases);
  return layout.cases
    .map(({ layout: item }, index) => {
      const value = item === undefined ? undefined : make(item);
      return `case ${index}:return ${caseValue(layout.style, `${names}_${index}`, value)};`;
    })
    .join("");
}

function caseValue(style: CasesForm["style"], name: string, value: string | undefined): string {
  switch (style) {
    case "enum":
      return name;
    case "option":
      return value ?? "void 0";
    case "result":
      return `{tag:${name},val:${value ?? "void 0"}}`;
    default:
      return value === undefined ? `{tag:${name}}` : `{tag:${name},val:${value}}`;
  }
}

function scalar(side: Side, scalar: View | "bool" | "char", value: string): string {
  if (scalar === "bool") return `${value}!==0`;
  if (scalar === "char") return `${side.unit.use("char")}(${value})`;
  return value;
}

/**
 * CanonicalABI.md, `lift_flat_unsigned` and `lift_flat_signed`: an i32 arrives as a signed number,
 * an i64 as a signed bigint.
 */
function narrow(scalar: View | "bool" | "char", value: string): string {
  switch (scalar) {
    case "u8":
      return `(${value}&255)`;
    case "s8":
      return `(${value}<<24>>24)`;
    case "u16":
      return `(${value}&65535)`;
    case "s16":
      return `(${value}<<16>>16)`;
    case "u32":
    case "char":
      return `(${value}>>>0)`;
    case "u64":
      return `BigInt.asUintN(64,${value})`;
    default:
      return value;
  }
}

function string(side: Side, pointer: string, length: string): string {
  const [own, foreign] = LOADS[side.encoding];
  return `${side.unit.use(side.host ? own : foreign)}(${side.m},${pointer},${length})`;
}

const LOADS: Readonly<Record<Side["encoding"], readonly [RuntimeName, RuntimeName]>> = {
  utf8: ["loadUtf8", "carryUtf8"],
  utf16: ["loadUtf16", "carryUtf16"],
  "latin1+utf16": ["loadLatin1Utf16", "carryLatin1Utf16"],
};

function literal(
  layout: Extract<Layout, { form: "record" | "tuple" }>,
  parts: readonly string[],
): string {
  if (layout.form === "tuple") return `[${parts.join(",")}]`;
  return `{${parts.map((part, index) => `"${layout.fields[index]!.key}":${part}`).join(",")}}`;
}

function flags(
  side: Side,
  layout: Extract<Layout, { form: "flags" }>,
  words: readonly string[],
): string {
  const names = words.map((_, word) => `w${word}`).join(",");
  const name = side.unit.helper(`B${layout.id}`, names, () => {
    const each = layout.keys.map(
      (key, index) => `"${key}":(w${index >>> 5}&${(1 << (index & 31)) >>> 0})!==0`,
    );
    return `return {${each.join(",")}}`;
  });
  return `${name}(${words.join(",")})`;
}

function list(side: Side, layout: Layout & ListForm, pointer: string, length: string): string {
  const { unit, m } = side;
  const { item, numeric, map } = layout;
  const name = unit.helper(`L${side.tag}${layout.id}`, "m,p,n", () => {
    if (numeric !== undefined) {
      const shift = SHIFTS[numeric];
      const { size } = item;
      if (!side.host) return `return ${unit.use("carryNumbers")}(m,"${numeric}",p,n)`;
      return `m.list(p,n,${size},${size},0);p>>>=${shift};return m.${numeric}.slice(p,p+n)`;
    }
    const value = load(inner(side), item, "p", 0);
    const { size, align, nodes } = item;
    const check = `m.list(p,n,${size},${align},${nodes});`;
    const loop = `const r=[];for(let i=0;i<n;i++,p+=${size})r.push(${value});`;
    return `${check}${loop}return ${map && side.host ? "new Map(r)" : "r"}`;
  });
  return `${name}(${m},${pointer},${length})`;
}

function fixedList(side: Side, layout: Layout & ListForm, p: string, offset: number): string {
  const { unit, m } = side;
  const { item, numeric, length } = layout;
  const name = unit.helper(`L${side.tag}${layout.id}`, "m,p", () => {
    const spend = `m.spend(${length! * item.size},${numeric === undefined ? length! * item.nodes : 0});`;
    if (numeric !== undefined) {
      return `${spend}p>>>=${SHIFTS[numeric]};return m.${numeric}.slice(p,p+${length})`;
    }
    const value = load(inner(side), item, "p", 0);
    return `${spend}const r=[];for(let i=0;i<${length};i++,p+=${item.size})r.push(${value});return r`;
  });
  return `${name}(${m},${place(p, offset)})`;
}

function handle(side: Side, layout: Extract<Layout, { form: "handle" }>, index: string): string {
  const { slot } = layout.resource;
  const wraps = side.host && side.implementer(slot) !== "host";
  const own = wraps ? "liftOwn" : "liftOwnRep";
  const borrow = wraps ? "liftBorrow" : "liftBorrowRep";
  return `${side.unit.use(layout.own ? own : borrow)}(${side.m},${index},${slot})`;
}

/** A stream or future. See abi/async/values.ts. */
function end(side: Side, layout: Extract<Layout, { form: "async" }>, index: string): string {
  const { kind, payload } = layout;
  if (kind === "error-context") return `${side.unit.use("unsupportedValue")}("${kind}")`;
  const lift = side.host ? "liftHost" : "lift";
  return `${side.m}.store.asyncValues.${lift}(${side.m},${index},"${kind}",${payload})`;
}

export function element(m: string, view: View, p: string, offset: number): string {
  const shift = SHIFTS[view];
  return shift === 0
    ? `${m}.${view}[${place(p, offset)}]`
    : `${m}.${view}[${place(p, offset)}>>>${shift}]`;
}

export function place(p: string, offset: number): string {
  return offset === 0 ? p : `${p}+${offset}`;
}
