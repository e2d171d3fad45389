// Values that go from one guest to another. CanonicalABI.md, `store_string_into_range`: how much is
// allocated depends on the encoding of the source.
import type { LiftLowerContext } from "./context.ts";
import { SHIFTS, SIZES, type View } from "./layout.ts";
import {
  loadLatin1Utf16,
  loadUtf16,
  loadUtf8,
  recodeUtf8,
  storeLatin1Utf16,
  storeProbablyUtf16,
  storeUtf16,
  storeUtf8Exactly,
} from "./strings/strings.ts";

export interface CarriedString {
  readonly text: string;
  /** Code units in the source; for UTF-8, bytes. */
  readonly units: number;
  /** `tagged`: UTF-16 in a latin1+utf16 guest. */
  readonly from: "utf8" | "utf16" | "latin1" | "tagged";
}

const UTF16_TAG = 0x8000_0000;

export function carryUtf8(cx: LiftLowerContext, pointer: number, length: number): CarriedString {
  return { text: loadUtf8(cx, pointer, length), units: length, from: "utf8" };
}

export function carryUtf16(cx: LiftLowerContext, pointer: number, units: number): CarriedString {
  return { text: loadUtf16(cx, pointer, units), units, from: "utf16" };
}

export function carryLatin1Utf16(
  cx: LiftLowerContext,
  pointer: number,
  tagged: number,
): CarriedString {
  const text = loadLatin1Utf16(cx, pointer, tagged);
  return { text, units: text.length, from: tagged >= UTF16_TAG ? "tagged" : "latin1" };
}

export function dropUtf8(cx: LiftLowerContext, { text, units, from }: CarriedString): number {
  if (from === "utf8") return storeUtf8Exactly(cx, text, units);
  return recodeUtf8(cx, text, from === "latin1" ? 2 : 3);
}

export function dropUtf16(cx: LiftLowerContext, { text, units }: CarriedString): number {
  return storeUtf16(cx, text, units);
}

export function dropLatin1Utf16(cx: LiftLowerContext, string: CarriedString): number {
  const { text, units, from } = string;
  return from === "tagged" ? storeProbablyUtf16(cx, text) : storeLatin1Utf16(cx, text, units);
}

export interface CarriedNumbers {
  readonly cx: LiftLowerContext;
  readonly pointer: number;
  readonly length: number;
}

/** Copies numbers that have been checked, from where they are. */
export function carryNumbers(
  cx: LiftLowerContext,
  view: View,
  pointer: number,
  length: number,
): CarriedNumbers {
  cx.list(pointer, length, SIZES[view], SIZES[view], 0);
  return { cx, pointer, length };
}

export function dropNumbers(cx: LiftLowerContext, view: View, from: CarriedNumbers): number {
  const { length } = from;
  const pointer = cx.reallocate(0, 0, SIZES[view], length * SIZES[view]);
  // Both may be the same memory, which has just grown.
  from.cx.fresh();
  const start = from.pointer >>> SHIFTS[view];
  const source = from.cx[view].subarray(start, start + length) as Uint8Array;
  (cx[view] as Uint8Array).set(source, pointer >>> SHIFTS[view]);
  cx.n = length;
  return pointer;
}
