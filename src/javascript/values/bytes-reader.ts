import { Interner } from "../../pool/interner.ts";
import { lossyUtf8, strictUtf8 } from "../../utf8.ts";

/** Up to this many bytes a text is read one by one: faster than to ask the decoder. */
const SHORT = 24;
/** The most bytes of a text that is looked up. */
const REPEATS = 32;
/** Bytes of a value from which on its names are looked up: those of short ones do not repeat. */
const MANY = 4_096;

/** Thrown where bytes are not what was written. */
export class Unreadable extends Error {}

/** Reads what a BytesWriter has written. The bytes may be anything at all. */
export class BytesReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #names: Interner | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** How many bytes have been read. */
  get at(): number {
    return this.#at;
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw new Unreadable("the bytes end too early");
    return this.#bytes[this.#at++]!;
  }

  varint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      const next = this.byte();
      if (shift === 28 && next > 0x0f) break;
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return value >>> 0;
    }
    throw new Unreadable("a number is too long");
  }

  /** How many of something follow, each of which takes at least `least` bytes. */
  count(least: number): number {
    const count = this.varint();
    if (count * least > this.left) throw new Unreadable("the bytes end too early");
    return count;
  }

  float64(): number {
    const at = this.#skip(8);
    return this.#view.getFloat64(at, true);
  }

  bigInt64(): bigint {
    const at = this.#skip(8);
    return this.#view.getBigInt64(at, true);
  }

  /** A copy, in a buffer of its own. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.count(1);
    const at = this.#skip(length);
    return new Uint8Array(this.#bytes.subarray(at, at + length));
  }

  text(): string {
    const length = this.count(1);
    const at = this.#skip(length);
    return (length <= SHORT ? this.#ascii(at, length) : undefined) ?? this.#decoded(at, length);
  }

  /** A text that other values of the same kind are likely to have as well. */
  name(): string {
    if (this.#bytes.length < MANY) return this.text();
    const length = this.count(1);
    const at = this.#skip(length);
    if (length > REPEATS) return this.#decoded(at, length);
    this.#names ??= new Interner({ entries: 256, decode });
    return this.#names.read(this.#bytes, at, length);
  }

  units(): string {
    const length = this.count(2);
    const at = this.#skip(2 * length);
    const parts: string[] = [];
    for (let start = 0; start < length; start += 4096) {
      const units = new Uint16Array(Math.min(4096, length - start));
      for (let i = 0; i < units.length; i++) {
        units[i] = this.#view.getUint16(at + 2 * (start + i), true);
      }
      parts.push(Reflect.apply(String.fromCharCode, undefined, units));
    }
    return parts.join("");
  }

  #skip(length: number): number {
    if (length > this.left) throw new Unreadable("the bytes end too early");
    const at = this.#at;
    this.#at += length;
    return at;
  }

  #decoded(at: number, length: number): string {
    return decode(this.#bytes.subarray(at, at + length));
  }

  /** Undefined where it is not ASCII. */
  #ascii(at: number, length: number): string | undefined {
    const bytes = this.#bytes;
    let text = "";
    for (let i = at; i < at + length; i++) {
      const byte = bytes[i]!;
      if (byte >= 0x80) return undefined;
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

/** Without `fatal` the decoder is faster; its result is right where it has no U+FFFD. */
function decode(bytes: Uint8Array): string {
  const text = lossyUtf8.decode(bytes);
  if (!text.includes("\ufffd")) return text;
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new Unreadable("a text is not UTF-8");
  }
}
