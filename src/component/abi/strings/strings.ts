// Strings between JavaScript and linear memory. CanonicalABI.md, `load_string_from_range` and
// `store_string_into_range`.
//
// Each `store…` returns the pointer and leaves the length, as the guest gets it, in `cx.n`. A
// JavaScript string counts as UTF-16; lone surrogates become U+FFFD (a USVString).
import { type LiftLowerContext, MAX_BYTE_LENGTH } from "../context.ts";
import { LONGEST_REPEAT } from "./repeats.ts";
import { trap } from "../trap.ts";
import { decodeUtf8 } from "./utf8.ts";
import { utf8Encoder } from "../../../utf8.ts";

const utf16 = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });
/**
 * Strings of up to this size are encoded here to learn their length. Nothing is kept between two
 * strings. Most systems back it with memory only as far as it was used.
 */
const scratch = new Uint8Array(1 << 18);
const { fromCharCode } = String;

/** Bytes up to which a loop is faster than a decoder, and than an encoder. Measured in Node 26. */
const SHORT_DECODE = 12;
const SHORT_ENCODE = 24;
/** Bytes from which on the platform's decoder is faster. */
const LONG_DECODE = 1024;

/** The bit of a length that marks UTF-16 in a latin1+utf16 guest. */
const UTF16_TAG = 0x8000_0000;

export function loadUtf8(cx: LiftLowerContext, pointer: number, length: number): string {
  const { u8 } = cx;
  reserve(cx, pointer, length, 1);
  if (length <= SHORT_DECODE) {
    const text = shortAscii(u8, pointer, pointer + length);
    if (text !== undefined) return text;
  }
  if (length <= LONGEST_REPEAT) return cx.repeats.read(u8, pointer, length);
  const end = pointer + length;
  if (length >= LONG_DECODE && cx.decodeAscii !== undefined) {
    const text = cx.decodeAscii(u8, pointer, end);
    if (text !== undefined) return text;
  }
  return decodeUtf8(u8.subarray(pointer, end));
}

function shortAscii(u8: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const a = u8[at]!;
    const b = u8[at + 1]!;
    const c = u8[at + 2]!;
    const d = u8[at + 3]!;
    if ((a | b | c | d) > 0x7f) return undefined;
    text += fromCharCode(a, b, c, d);
  }
  for (; at < end; at++) {
    const a = u8[at]!;
    if (a > 0x7f) return undefined;
    text += fromCharCode(a);
  }
  return text;
}

export function loadUtf16(cx: LiftLowerContext, pointer: number, units: number): string {
  const length = 2 * units;
  reserve(cx, pointer, length, 2);
  try {
    return utf16.decode(cx.u8.subarray(pointer, pointer + length));
  } catch {
    return trap("invalid-utf16", "invalid utf-16: unpaired surrogate");
  }
}

export function loadLatin1Utf16(cx: LiftLowerContext, pointer: number, tagged: number): string {
  if (tagged >= UTF16_TAG) return loadUtf16(cx, pointer, tagged - UTF16_TAG);
  reserve(cx, pointer, tagged, 2);
  const { u8 } = cx;
  const end = pointer + tagged;
  if (tagged <= SHORT_DECODE) return latin1(u8, pointer, end);
  // A decoder is faster where all bytes are ASCII, which is the same in UTF-8.
  let at = pointer;
  while (at < end && u8[at]! < 0x80) at++;
  return at === end ? decodeUtf8(u8.subarray(pointer, end)) : latin1(u8, pointer, end);
}

function latin1(u8: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += 4096) {
    text += fromCharCode(...u8.subarray(at, Math.min(end, at + 4096)));
  }
  return text;
}

function reserve(cx: LiftLowerContext, pointer: number, bytes: number, align: number): void {
  if (bytes > MAX_BYTE_LENGTH) trap("string-too-long", `a string of ${bytes} bytes`);
  if ((pointer & (align - 1)) !== 0) trap("unaligned-pointer", "string pointer not aligned");
  if (pointer + bytes > cx.u8.length) {
    trap("string-out-of-bounds", "string pointer/length out of bounds of memory");
  }
  cx.spend(bytes, 0);
}

/**
 * Stores a string of the host's, in one allocation of exactly its length. The specification lets a
 * host count its strings as UTF-8, and many allocators never free (hand-written ones,
 * componentize-py's).
 */
export function storeUtf8(cx: LiftLowerContext, text: string): number {
  if (text.length <= SHORT_ENCODE && isAscii(text)) return storeAscii(cx, text);
  const bytes = encoded(text);
  const { length } = bytes;
  const pointer = cx.reallocate(0, 0, 1, length);
  cx.u8.set(bytes, pointer);
  cx.n = length;
  return pointer;
}

function isAscii(text: string): boolean {
  const units = text.length;
  let bits = 0;
  let at = 0;
  for (; at + 4 <= units; at += 4) {
    bits |= text.charCodeAt(at) | text.charCodeAt(at + 1);
    bits |= text.charCodeAt(at + 2) | text.charCodeAt(at + 3);
  }
  for (; at < units; at++) bits |= text.charCodeAt(at);
  return bits <= 0x7f;
}

function storeAscii(cx: LiftLowerContext, text: string): number {
  const units = text.length;
  const pointer = cx.reallocate(0, 0, 1, units);
  const { u8 } = cx;
  let at = 0;
  for (; at + 4 <= units; at += 4) {
    const to = pointer + at;
    u8[to] = text.charCodeAt(at);
    u8[to + 1] = text.charCodeAt(at + 1);
    u8[to + 2] = text.charCodeAt(at + 2);
    u8[to + 3] = text.charCodeAt(at + 3);
  }
  for (; at < units; at++) u8[pointer + at] = text.charCodeAt(at);
  cx.n = units;
  return pointer;
}

/** Copy the result before anything else is encoded. */
function encoded(text: string): Uint8Array {
  if (text.length > scratch.length) return utf8Encoder.encode(text);
  const { read, written } = utf8Encoder.encodeInto(text, scratch);
  return read === text.length ? scratch.subarray(0, written) : utf8Encoder.encode(text);
}

/**
 * Stores a string of a guest with another encoding. `worst`: how many bytes a code unit of it may
 * take, 3 from UTF-16, 2 from Latin-1.
 */
export function recodeUtf8(cx: LiftLowerContext, text: string, worst: number): number {
  const units = text.length;
  const pointer = cx.reallocate(0, 0, 1, units);
  const { read, written } = utf8Encoder.encodeInto(text, cx.u8.subarray(pointer, pointer + units));
  if (read === units) {
    cx.n = units;
    return pointer;
  }
  return growUtf8(cx, text, worst * units, pointer, read, written);
}

/** The text is not all ASCII: moves what has been written to a place with room for the rest. */
function growUtf8(
  cx: LiftLowerContext,
  text: string,
  room: number,
  pointer: number,
  read: number,
  written: number,
): number {
  const grown = cx.reallocate(pointer, text.length, 1, room);
  const rest = cx.u8.subarray(grown + written, grown + room);
  const length = written + utf8Encoder.encodeInto(text.slice(read), rest).written;
  cx.n = length;
  return length < room ? cx.reallocate(grown, room, 1, length) : grown;
}

/**
 * Stores a string whose source is UTF-8, so that its length is known: one allocation of exactly
 * that length.
 */
export function storeUtf8Exactly(cx: LiftLowerContext, text: string, bytes: number): number {
  const pointer = cx.reallocate(0, 0, 1, bytes);
  utf8Encoder.encodeInto(text, cx.u8.subarray(pointer, pointer + bytes));
  cx.n = bytes;
  return pointer;
}

/** `room`: how many code units to allocate first; more than enough where the source is UTF-8. */
export function storeUtf16(cx: LiftLowerContext, text: string, room: number = text.length): number {
  const source = text.toWellFormed();
  const units = source.length;
  let pointer = cx.reallocate(0, 0, 2, 2 * room);
  writeUnits(cx.u16, pointer >>> 1, source, 0);
  if (units < room) pointer = cx.reallocate(pointer, 2 * room, 2, 2 * units);
  cx.n = units;
  return pointer;
}

/** `room`: how many bytes to allocate first; see `storeUtf16`. */
export function storeLatin1Utf16(
  cx: LiftLowerContext,
  text: string,
  room: number = text.length,
): number {
  const source = text.toWellFormed();
  const units = source.length;
  let pointer = cx.reallocate(0, 0, 2, room);
  let at = 0;
  for (; at < units; at++) {
    const unit = source.charCodeAt(at);
    if (unit > 0xff) break;
    cx.u8[pointer + at] = unit;
  }
  if (at === units) {
    if (units < room) pointer = cx.reallocate(pointer, room, 2, units);
    cx.n = units;
    return pointer;
  }
  pointer = cx.reallocate(pointer, room, 2, 2 * room);
  const start = pointer >>> 1;
  for (let back = at - 1; back >= 0; back--) cx.u16[start + back] = cx.u8[pointer + back]!;
  writeUnits(cx.u16, start, source, at);
  if (units < room) pointer = cx.reallocate(pointer, 2 * room, 2, 2 * units);
  cx.n = units + UTF16_TAG;
  return pointer;
}

/**
 * CanonicalABI.md, `store_probably_utf16_to_latin1_or_utf16`: the source is UTF-16 in a guest that
 * could have used Latin-1.
 */
export function storeProbablyUtf16(cx: LiftLowerContext, text: string): number {
  const units = text.length;
  const pointer = cx.reallocate(0, 0, 2, 2 * units);
  let wide = 0;
  for (let at = 0; at < units; at++) wide |= text.charCodeAt(at);
  if (wide > 0xff) {
    writeUnits(cx.u16, pointer >>> 1, text, 0);
    cx.n = units + UTF16_TAG;
    return pointer;
  }
  for (let at = 0; at < units; at++) cx.u8[pointer + at] = text.charCodeAt(at);
  cx.n = units;
  return cx.reallocate(pointer, 2 * units, 1, units);
}

function writeUnits(u16: Uint16Array, start: number, text: string, from: number): void {
  for (let at = from; at < text.length; at++) u16[start + at] = text.charCodeAt(at);
}
