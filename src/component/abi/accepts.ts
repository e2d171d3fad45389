/// Whether a host's value is of a type. Lowering comes after, so that a wrong value is found before
/// anything is written to the guest.
import { TenonError } from "../../errors.ts";
import { isGuest, isOwnedGuest } from "./guest-resource.ts";
import type { Case, CasesForm, Layout, ListForm, View } from "./layout.ts";
import type { ResourceState } from "./store.ts";
import { saidBy } from "./trap.ts";

export interface Misfit {
  /// From the value to what is wrong in it: `.items[3].name`.
  readonly path: string;
  readonly expected: string;
  readonly value: unknown;
  /// What a getter or a proxy of the host threw while the value was looked at.
  readonly thrown?: { readonly cause: unknown };
}

/// Undefined where the value fits. Never throws.
export function misfit(
  layout: Layout,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  switch (layout.form) {
    case "scalar":
      return fitsScalar(layout.scalar, value) ? undefined : wrong(SCALARS[layout.scalar], value);
    case "string":
      return typeof value === "string" ? undefined : wrong("a string", value);
    case "record":
    case "flags":
    case "tuple":
      return misfitOfParts(layout, value, resources);
    case "cases":
      return misfitOfCases(layout, value, resources);
    case "list":
      return misfitOfList(layout, value, resources);
    case "handle":
      return misfitOfHandle(resources[layout.resource.slot]!, layout.own, value);
    case "async":
      return wrong(`no ${layout.kind}: not supported`, value);
  }
}

export function fits(layout: Layout, value: unknown, resources: readonly ResourceState[]): boolean {
  return misfit(layout, value, resources) === undefined;
}

/// The error that names what is wrong. `what`: `argument 0`, `the result of acme:log/log#write`.
export function misfitError(what: string, misfit: Misfit | undefined): TenonError {
  // A value that fits at the second look is one that changes under our hands.
  const steady: Misfit = { path: "", expected: "a steady value", value: "" };
  const { path, expected, value, thrown } = misfit ?? steady;
  const where = `${what}${path === "" ? "" : " " + path}`;
  const data = { what, path, expected };
  if (thrown === undefined) {
    const message = `${where}: expected ${expected}, got ${shown(value)}`;
    return new TenonError("component-type", message, { data });
  }
  const { cause } = thrown;
  const message = `${where}: can't be read, it threw: ${saidBy(cause)}`;
  return new TenonError("component-type", message, { cause, data });
}

export function fitsHandle(type: ResourceState, own: boolean, value: unknown): boolean {
  if (type.implementer === undefined) return isHost(type, value);
  return own ? isOwnedGuest(type, value) : isGuest(type, value);
}

export function isHost(type: ResourceState, value: unknown): boolean {
  return type.hostClass !== undefined && value instanceof type.hostClass;
}

export const SCALARS: Readonly<Record<View | "bool" | "char", string>> = {
  bool: "a boolean",
  u8: "an integer from 0 to 255",
  s8: "an integer from -128 to 127",
  u16: "an integer from 0 to 65535",
  s16: "an integer from -32768 to 32767",
  u32: "an integer from 0 to 4294967295",
  s32: "an integer from -2147483648 to 2147483647",
  u64: "a bigint from 0 to 2^64-1",
  s64: "a bigint from -2^63 to 2^63-1",
  f32: "a number",
  f64: "a number",
  char: "a string of one Unicode scalar value",
};

export function fitsScalar(scalar: View | "bool" | "char", value: unknown): boolean {
  switch (scalar) {
    case "bool":
      return typeof value === "boolean";
    case "u8":
      return typeof value === "number" && (value & 0xff) === value;
    case "s8":
      return typeof value === "number" && (value << 24) >> 24 === value;
    case "u16":
      return typeof value === "number" && (value & 0xffff) === value;
    case "s16":
      return typeof value === "number" && (value << 16) >> 16 === value;
    case "u32":
      return typeof value === "number" && value >>> 0 === value;
    case "s32":
      return typeof value === "number" && (value | 0) === value;
    case "u64":
      return typeof value === "bigint" && BigInt.asUintN(64, value) === value;
    case "s64":
      return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
    case "f32":
    case "f64":
      return typeof value === "number";
    case "char":
      return isChar(value);
  }
}

export function isChar(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const code = value.codePointAt(0);
  if (code === undefined || (code >= 0xd800 && code <= 0xdfff)) return false;
  return value.length === (code > 0xffff ? 2 : 1);
}

/// An own value of a numeric list: the typed array of its kind (for `u8` an ArrayBuffer too), or an
/// array of such numbers.
export function fitsNumbers(view: View, value: unknown): boolean {
  // A proxy of an array, or an object that inherits from one, is none.
  if (ArrayBuffer.isView(value) && isTyped(view, value)) return true;
  if (view === "u8" && (value instanceof ArrayBuffer || value instanceof Uint8ClampedArray)) {
    return true;
  }
  if (!Array.isArray(value)) return false;
  // Not by `every`, which passes over holes.
  for (let at = 0; at < value.length; at++) if (!fitsScalar(view, value[at])) return false;
  return true;
}

// A class each by name: `instanceof` of one that is looked up is several times slower.
function isTyped(view: View, value: unknown): boolean {
  switch (view) {
    case "u8":
      return value instanceof Uint8Array;
    case "s8":
      return value instanceof Int8Array;
    case "u16":
      return value instanceof Uint16Array;
    case "s16":
      return value instanceof Int16Array;
    case "u32":
      return value instanceof Uint32Array;
    case "s32":
      return value instanceof Int32Array;
    case "u64":
      return value instanceof BigUint64Array;
    case "s64":
      return value instanceof BigInt64Array;
    case "f32":
      return value instanceof Float32Array;
    case "f64":
      return value instanceof Float64Array;
  }
}

export const NUMBER_ARRAYS: Readonly<Record<View, new (length: number) => object>> = {
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
};

type Parts = Extract<Layout, { form: "record" | "tuple" | "flags" }>;

function misfitOfParts(
  layout: Parts,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  const step = (key: string): string => (layout.form === "tuple" ? `[${key}]` : `.${key}`);
  let at: string | undefined;
  try {
    if (layout.form === "tuple") {
      if (!Array.isArray(value) || value.length !== layout.fields.length) {
        return wrong(`an array of ${layout.fields.length}`, value);
      }
    } else if (typeof value !== "object" || value === null) return wrong("an object", value);
    const parts = value as Readonly<Record<string, unknown>>;
    if (layout.form === "flags") {
      for (at of layout.keys) {
        const flag = parts[at];
        if (flag !== undefined && typeof flag !== "boolean") {
          return under(step(at), wrong("a boolean", flag));
        }
      }
      return undefined;
    }
    for (const { key, layout: part } of layout.fields) {
      at = key;
      const found = misfit(part, parts[key], resources);
      if (found) return under(step(key), found);
    }
    return undefined;
  } catch (thrown) {
    return unreadable(at === undefined ? "" : step(at), thrown);
  }
}

function misfitOfHandle(type: ResourceState, own: boolean, value: unknown): Misfit | undefined {
  try {
    if (fitsHandle(type, own, value)) return undefined;
  } catch (thrown) {
    return unreadable("", thrown);
  }
  return wrong(`a live ${type.name ?? "resource"} of this instance`, value);
}

function misfitOfCases(
  layout: Layout & CasesForm,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  const { style, cases } = layout;
  if (style === "option") {
    return value === undefined || value === null
      ? undefined
      : misfit(cases[1]!.layout!, value, resources);
  }
  if (style === "enum") {
    return cases.some(({ name }) => name === value) ? undefined : wrong(oneOf(cases), value);
  }
  if (typeof value !== "object" || value === null) return wrong("an object { tag, val }", value);
  const variant = value as { readonly tag: unknown; readonly val: unknown };
  let at = ".tag";
  let tag: unknown;
  let val: unknown;
  try {
    tag = variant.tag;
    at = ".val";
    val = variant.val;
  } catch (thrown) {
    return unreadable(at, thrown);
  }
  const chosen = cases.find(({ name }) => name === tag);
  if (chosen === undefined) return under(".tag", wrong(oneOf(cases), tag));
  const found = chosen.layout && misfit(chosen.layout, val, resources);
  return found && under(".val", found);
}

function misfitOfList(
  layout: Layout & ListForm,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  const { item, length, numeric, map } = layout;
  let at = -1;
  try {
    if (map && !(value instanceof Map)) return wrong("a Map", value);
    if (numeric !== undefined && readsAsNumbers(numeric, value)) {
      const fits = length === undefined || (value as ArrayLike<number>).length === length;
      return fits ? undefined : wrong(`${length} items`, value);
    }
    const items: unknown = map ? [...(value as Map<unknown, unknown>)] : value;
    if (!Array.isArray(items) || (length !== undefined && items.length !== length)) {
      const many = length === undefined ? "" : ` of ${length}`;
      const typed = numeric === undefined ? "" : `${NUMBER_ARRAYS[numeric].name} or `;
      return wrong(`${typed}an array${many}`, value);
    }
    for (at = 0; at < items.length; at++) {
      const found = misfit(item, items[at], resources);
      if (found) return under(`[${at}]`, found);
    }
    return undefined;
  } catch (thrown) {
    return unreadable(at < 0 ? "" : `[${at}]`, thrown);
  }
}

/// Which item can't be read, where one can't, a walk over the items tells.
function readsAsNumbers(view: View, value: unknown): boolean {
  try {
    return fitsNumbers(view, value);
  } catch {
    return false;
  }
}

function oneOf(cases: readonly Case[]): string {
  return `one of ${cases.map(({ name }) => `"${name}"`).join(", ")}`;
}

function wrong(expected: string, value: unknown): Misfit {
  return { path: "", expected, value };
}

/// What is wrong with a value that threw when it was looked at.
export function unreadable(path: string, cause: unknown): Misfit {
  return { path, expected: "a value that can be read", value: undefined, thrown: { cause } };
}

function under(step: string, found: Misfit): Misfit {
  return { ...found, path: step + found.path };
}

function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}\u2026` : value);
    case "bigint":
      return `${value}n`;
    case "object":
      if (value === null) return "null";
      return arrayOf(value) ?? "an object";
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

/// A proxy may throw at a look, and nobody is told what of.
function arrayOf(value: object): string | undefined {
  try {
    return Array.isArray(value) ? `an array of ${value.length}` : undefined;
  } catch {
    return undefined;
  }
}
