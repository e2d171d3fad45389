// The host's shapes of numbers, booleans and characters, and of lists of numbers.
import { isArrayBuffer, typedArrayName } from "../../../realms.ts";
import type { View } from "../layout.ts";

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

/**
 * Whether the value is a numeric list: the typed array of its kind (for `u8` also an ArrayBuffer),
 * or an array of such numbers.
 */
export function fitsNumbers(view: View, value: unknown): boolean {
  // A proxy of a typed array, or an object that inherits from one, does not count.
  if (ArrayBuffer.isView(value)) {
    if (isTyped(view, value)) return true;
    const name = typedArrayName(value);
    if (name === NUMBER_ARRAYS[view].name) return true;
    return view === "u8" && name === "Uint8ClampedArray";
  }
  if (view === "u8" && isArrayBuffer(value)) return true;
  if (!Array.isArray(value)) return false;
  // A loop, because `every` skips holes.
  for (let at = 0; at < value.length; at++) if (!fitsScalar(view, value[at])) return false;
  return true;
}

// One class each by name, because `instanceof` with a class that is looked up is several times
// slower.
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

/** The typed array of each kind of number, whose `name` generated text and types use. */
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
