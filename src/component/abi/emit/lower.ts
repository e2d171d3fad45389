// Generates statements that pass JavaScript values to a guest: into memory (CanonicalABI.md,
// "Storing") and as core values ("Flat Lowering"). Values are variables.
import { type CasesForm, type Layout, type ListForm, SHIFTS, type View } from "../layout.ts";
import type { CoreType } from "../flatten.ts";
import type { RuntimeName } from "./unit.ts";
import { element, place } from "./lift.ts";
import { inner, isLarge, type Side } from "./unit.ts";

/** Switches over more names than this use a Map. */
const FEW_CASES = 8;

/**
 * `v` and `p` are variables. Nothing may be loaded from `m` before a call and used after it,
 * because the call can grow memory.
 */
export function store(side: Side, layout: Layout, v: string, p: string, offset: number): string {
  const { unit, m } = side;
  const name = () =>
    unit.helper(`S${side.tag}${layout.id}`, "m,v,p", () =>
      storeParts(inner(side), layout, "v", "p", 0),
    );
  if (layout.form === "cases" ? layout.style !== "enum" : isLarge(layout) || isFixed(layout)) {
    return `${name()}(${m},${v},${place(p, offset)});`;
  }
  return storeParts(side, layout, v, p, offset);
}

function isFixed(layout: Layout): boolean {
  return layout.form === "list" && layout.length !== undefined;
}

function storeParts(side: Side, layout: Layout, v: string, p: string, offset: number): string {
  const { unit, m } = side;
  switch (layout.form) {
    case "scalar":
      return `${element(m, layout.view, p, offset)}=${scalar(layout.scalar, v)};`;
    case "string":
      return storePair(side, string(side, v), p, offset);
    case "record":
    case "tuple":
      return storeFields(side, layout, v, p, offset);
    case "cases":
      if (layout.style === "enum") {
        return `${element(m, layout.view, p, offset)}=${indexOf(side, layout, v)};`;
      }
      return storeCases(side, layout, v, p);
    case "flags": {
      const size = layout.size / layout.words;
      return words(layout, v)
        .map((word, index) => `${element(m, layout.view, p, offset + index * size)}=${word};`)
        .join("");
    }
    case "list":
      if (layout.length !== undefined) return storeFixed(side, layout, v, p);
      return storePair(side, list(side, layout, v), p, offset);
    case "handle": {
      const x = unit.temporary();
      return `const ${x}=${handle(side, layout, v)};${element(m, "u32", p, offset)}=${x};`;
    }
    case "async": {
      const x = unit.temporary();
      return `const ${x}=${end(side, layout, v)};${element(m, "u32", p, offset)}=${x};`;
    }
  }
}

function storePair(side: Side, call: string, p: string, offset: number): string {
  const { unit, m } = side;
  const x = unit.temporary();
  const pointer = element(m, "u32", p, offset);
  const length = element(m, "u32", p, offset + 4);
  return `const ${x}=${call};${pointer}=${x};${length}=${m}.n;`;
}

export function storeFields(
  side: Side,
  layout: Extract<Layout, { form: "record" | "tuple" }>,
  v: string,
  p: string,
  offset: number,
): string {
  return layout.fields
    .map((field) => {
      const x = side.unit.temporary();
      const key = layout.form === "tuple" ? field.key : `"${field.key}"`;
      const code = store(side, field.layout, x, p, offset + field.offset);
      return `const ${x}=${v}[${key}];${code}`;
    })
    .join("");
}

function storeCases(side: Side, layout: Layout & CasesForm, v: string, p: string): string {
  return branch(side, layout, v, (index, value) => {
    const item = layout.cases[index]!.layout;
    const mark = `${element(side.m, layout.view, p, 0)}=${index};`;
    return mark + (item === undefined ? "" : store(side, item, value, p, layout.payload));
  });
}

/** Stores a result as a function returns or throws it: `ok` and `v` are variables. */
export function storeOutcome(
  side: Side,
  layout: Layout & CasesForm,
  ok: string,
  v: string,
  p: string,
): string {
  const arm = (index: number) => {
    const item = layout.cases[index]!.layout;
    const payload = item === undefined ? "" : store(side, item, v, p, layout.payload);
    return `{${element(side.m, layout.view, p, 0)}=${index};${payload}}`;
  };
  return `if(${ok})${arm(0)}else${arm(1)}`;
}

/** Statements that run `arm` for the case that `v` is of. */
function branch(
  side: Side,
  layout: CasesForm,
  v: string,
  arm: (index: number, value: string) => string,
): string {
  const { unit } = side;
  if (layout.style === "option") {
    return `if(${v}===void 0||${v}===null){${arm(0, v)}}else{${arm(1, v)}}`;
  }
  const names = unit.names(layout.cases);
  const many = layout.cases.length > FEW_CASES;
  const arms = layout.cases.map((_, index) => {
    const value = unit.temporary();
    const code = arm(index, value);
    const bind = code.includes(value) ? `const ${value}=${v}.val;` : "";
    return `case ${many ? index : `${names}_${index}`}:{${bind}${code}break}`;
  });
  const subject = many ? `${unit.use("indexIn")}(${names},${v}.tag)` : `${v}.tag`;
  return `switch(${subject}){${arms.join("")}}`;
}

/** The index of an enum's name. */
function indexOf(side: Side, layout: CasesForm, v: string): string {
  const names = side.unit.names(layout.cases);
  if (layout.cases.length > FEW_CASES) return `${side.unit.use("indexIn")}(${names},${v})`;
  const chain = layout.cases
    .slice(1)
    .map((_, index) => `${v}===${names}_${index + 1}?${index + 1}:`)
    .join("");
  return `(${chain}0)`;
}

/**
 * Appends the core values of `v` to `out`, as expressions that must be used once, in order, and
 * after `code` has run.
 */
export function lowerFlat(
  side: Side,
  layout: Layout,
  v: string,
  out: string[],
  code: string[],
): void {
  const { unit, m } = side;
  switch (layout.form) {
    case "scalar":
      out.push(scalar(layout.scalar, v));
      return;
    case "string":
    case "list": {
      if (layout.form === "list" && layout.length !== undefined) {
        for (let index = 0; index < layout.length; index++) {
          lowerPart(side, layout.item, `${v}[${index}]`, out, code);
        }
        return;
      }
      const [pointer, length] = [unit.temporary(), unit.temporary()];
      const call = layout.form === "string" ? string(side, v) : list(side, layout, v);
      code.push(`const ${pointer}=${call},${length}=${m}.n;`);
      out.push(pointer, length);
      return;
    }
    case "record":
    case "tuple":
      for (const field of layout.fields) {
        const key = layout.form === "tuple" ? field.key : `"${field.key}"`;
        lowerPart(side, field.layout, `${v}[${key}]`, out, code);
      }
      return;
    case "cases":
      if (layout.style === "enum") out.push(indexOf(side, layout, v));
      else lowerCases(side, layout, v, out, code);
      return;
    case "flags":
      out.push(...words(layout, v));
      return;
    case "handle": {
      const x = unit.temporary();
      code.push(`const ${x}=${handle(side, layout, v)};`);
      out.push(x);
      return;
    }
    case "async": {
      const x = unit.temporary();
      code.push(`const ${x}=${end(side, layout, v)};`);
      out.push(x);
    }
  }
}

function lowerPart(side: Side, layout: Layout, v: string, out: string[], code: string[]): void {
  const x = side.unit.temporary();
  code.push(`const ${x}=${v};`);
  lowerFlat(side, layout, x, out, code);
}

function lowerCases(
  side: Side,
  layout: Layout & CasesForm,
  v: string,
  out: string[],
  code: string[],
): void {
  const slots = layout.flat!.map(() => side.unit.temporary());
  const zero = (type: CoreType) => (type === "i64" ? "0n" : "0");
  code.push(`let ${slots.map((slot, at) => `${slot}=${zero(layout.flat![at]!)}`).join(",")};`);
  code.push(
    branch(side, layout, v, (index, value) => {
      const item = layout.cases[index]!.layout;
      const mark = `${slots[0]}=${index};`;
      if (item === undefined) return mark;
      const parts: string[] = [];
      const within: string[] = [];
      lowerFlat(side, item, value, parts, within);
      const moves = parts.map((part, at) => {
        const wanted = layout.flat![at + 1]!;
        return `${slots[at + 1]}=${widen(side, item.flat![at]!, wanted, part)};`;
      });
      return mark + within.join("") + moves.join("");
    }),
  );
  out.push(...slots);
}

/** CanonicalABI.md, `lower_flat_variant`: a payload's core value in a slot that cases share. */
function widen(side: Side, have: CoreType, want: CoreType, value: string): string {
  if (have === want) return value;
  const use = (name: RuntimeName) => side.unit.use(name);
  if (have === "f64") return `${use("bitsOfDouble")}(${value})`;
  const bits = have === "f32" ? `${use("bitsOfFloat")}(${value})` : `(${value})`;
  return want === "i32" ? bits : `BigInt(${bits}>>>0)`;
}

function scalar(scalar: View | "bool" | "char", v: string): string {
  if (scalar === "bool") return `(${v}?1:0)`;
  if (scalar === "char") return `${v}.codePointAt(0)`;
  return v;
}

function string(side: Side, v: string): string {
  const [own, foreign] = STORES[side.encoding];
  return `${side.unit.use(side.host ? own : foreign)}(${side.m},${v})`;
}

const STORES: Readonly<Record<Side["encoding"], readonly [RuntimeName, RuntimeName]>> = {
  utf8: ["storeUtf8", "dropUtf8"],
  utf16: ["storeUtf16", "dropUtf16"],
  "latin1+utf16": ["storeLatin1Utf16", "dropLatin1Utf16"],
};

function words(layout: Extract<Layout, { form: "flags" }>, v: string): string[] {
  return Array.from({ length: layout.words }, (_, word) => {
    const keys = layout.keys.slice(word * 32, word * 32 + 32);
    return `(${keys.map((key, bit) => `(${v}["${key}"]?${(1 << bit) >>> 0}:0)`).join("|")})`;
  });
}

/** Returns the pointer, and leaves the length in `m.n`. */
function list(side: Side, layout: Layout & ListForm, v: string): string {
  const { unit, m } = side;
  const { item, numeric, map } = layout;
  if (numeric !== undefined && !side.host) {
    return `${unit.use("dropNumbers")}(${m},"${numeric}",${v})`;
  }
  if (numeric !== undefined) {
    const name = unit.helper(`S${side.tag}${layout.id}`, "m,v", () => {
      const { size } = item;
      const bytes =
        numeric === "u8" ? `if(${unit.use("isArrayBuffer")}(v))v=new Uint8Array(v);` : "";
      const allocate = `const n=v.length,r=m.reallocate(0,0,${size},n*${size});`;
      const changed = `if(v.length!==n)${unit.use("lengthChanged")}();`;
      const copy = `if(n!==0){${changed}m.${numeric}.set(v,r>>>${SHIFTS[numeric]})}`;
      return `${bytes}${allocate}${copy}m.n=n;return r`;
    });
    return `${name}(${m},${v})`;
  }
  const name = unit.helper(`S${side.tag}${layout.id}`, "m,v", () => {
    const { size, align } = item;
    const pairs = map && side.host ? "v=[...v];" : "";
    const allocate = `const n=v.length,r=m.reallocate(0,0,${align},n*${size});`;
    const code = store(inner(side), item, "e", "p", 0);
    const loop = `for(let i=0,p=r;i<n;i++,p+=${size}){const e=v[i];${code}}`;
    return `${pairs}${allocate}${loop}m.n=n;return r`;
  });
  return `${name}(${m},${v})`;
}

function storeFixed(side: Side, layout: Layout & ListForm, v: string, p: string): string {
  const { item, numeric, length } = layout;
  if (numeric !== undefined && side.host) {
    return `${side.unit.use("writeNumbers")}(${side.m},"${numeric}",${p},${v},${length});`;
  }
  const code = store(side, item, "e", "o", 0);
  return `for(let i=0,o=${p};i<${length};i++,o+=${item.size}){const e=${v}[i];${code}}`;
}

function handle(side: Side, layout: Extract<Layout, { form: "handle" }>, v: string): string {
  const { unit, m } = side;
  const { slot } = layout.resource;
  const by = side.implementer(slot);
  const wrapped = side.host && by !== "host";
  if (layout.own) return `${unit.use(wrapped ? "lowerOwn" : "lowerOwnRep")}(${m},${v},${slot})`;
  if (by !== "self") {
    const name = wrapped ? (side.lends ? "lowerLent" : "lowerBorrow") : "lowerBorrowRep";
    return `${unit.use(name)}(${m},${v},${slot})`;
  }
  if (!wrapped || side.reps?.has(v)) return v;
  return `${unit.use(side.lends ? "lowerOwnLent" : "lowerOwnBorrow")}(${m},${v},${slot})`;
}

/** A stream or future. See abi/async/values.ts. */
function end(side: Side, layout: Extract<Layout, { form: "async" }>, v: string): string {
  const { kind, payload } = layout;
  if (kind === "error-context") return `${side.unit.use("unsupportedValue")}("${kind}")`;
  const { m } = side;
  if (!side.host) return `${m}.store.asyncValues.lower(${m},${v})`;
  return `${m}.store.asyncValues.lowerHost(${m},${v},"${kind}",${payload})`;
}
