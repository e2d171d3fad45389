// Functions that both routes use to lift and lower: characters, bit patterns, lists of numbers.
import { TenonError, WitError } from "../../../errors.ts";
import { isArrayBuffer } from "../../../realms.ts";
import type { LiftLowerContext } from "../context.ts";
import { SHIFTS, SIZES, type View } from "../layout.ts";
import { trap } from "../trap.ts";

/** CanonicalABI.md, `convert_i32_to_char`. */
export function char(code: number): string {
  if (code >= 0x110000 || (code >= 0xd800 && code <= 0xdfff)) {
    trap("invalid-char", `${code} is no Unicode scalar value`);
  }
  return String.fromCodePoint(code);
}

export function badCase(discriminant: number): never {
  return trap("invalid-discriminant", `invalid variant discriminant ${discriminant >>> 0}`);
}

// A buffer for reading the bits of floats. Nothing is kept in it.
const bits = new DataView(new ArrayBuffer(8));

/** CanonicalABI.md, `decode_i32_as_float` and its relatives. */
export function floatOfBits(i32: number): number {
  bits.setInt32(0, i32);
  return bits.getFloat32(0);
}

export function doubleOfBits(i64: bigint): number {
  bits.setBigInt64(0, i64);
  return bits.getFloat64(0);
}

export function bitsOfFloat(f32: number): number {
  bits.setFloat32(0, f32);
  return bits.getInt32(0);
}

export function bitsOfDouble(f64: number): bigint {
  bits.setFloat64(0, f64);
  return bits.getBigInt64(0);
}

export function wrap(i64: bigint): number {
  return Number(BigInt.asIntN(32, i64));
}

/** Returns a copy, as the typed array of its kind. */
export function loadNumbers(
  cx: LiftLowerContext,
  view: View,
  pointer: number,
  length: number,
): NumberArray {
  const size = SIZES[view];
  cx.list(pointer, length, size, size, 0);
  const start = pointer >>> SHIFTS[view];
  return cx[view].slice(start, start + length) as NumberArray;
}

export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/**
 * `list` has passed `accepts`: it is a typed array, an array of numbers or, for `u8`, an
 * ArrayBuffer.
 */
export function storeNumbers(cx: LiftLowerContext, view: View, list: unknown): number {
  const source = isArrayBuffer(list) ? new Uint8Array(list) : (list as Uint8Array);
  const { length } = source;
  const size = SIZES[view];
  const pointer = cx.reallocate(0, 0, size, length * size);
  writeNumbers(cx, view, pointer, source, length);
  cx.n = length;
  return pointer;
}

export function writeNumbers(
  cx: LiftLowerContext,
  view: View,
  pointer: number,
  list: ArrayLike<unknown>,
  length: number,
): void {
  if (length === 0) return;
  // A guest's realloc may have changed the length of a shared or resizable source.
  if (list.length !== length) lengthChanged();
  // An array whose buffer was transferred is empty, and must not be read.
  if (length > 0) (cx[view] as Uint8Array).set(list as Uint8Array, pointer >>> SHIFTS[view]);
}

export function lengthChanged(): never {
  throw new TenonError("component-type", "a list changed its length");
}

/** The index of a name among those of many cases. */
export function indexIn(names: readonly string[], name: string): number {
  let index = indices.get(names);
  if (index === undefined) {
    index = new Map(names.map((one, at) => [one, at]));
    indices.set(names, index);
  }
  return index.get(name) ?? 0;
}

const indices = new WeakMap<readonly string[], Map<string, number>>();

export function raise(payload: unknown): never {
  throw new WitError(payload, "the guest answered err");
}

export function unsupportedValue(kind: string): never {
  throw new TenonError("component-unsupported", `${kind} values are not supported yet`);
}
