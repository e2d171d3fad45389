import { utf8Encoder } from "../../utf8.ts";
import { FLOAT64, INT32 } from "./tags.ts";

/** Up to this many units a text is written one by one: faster than to ask the encoder. */
const SHORT = 24;
const FIRST = 256;
/** A writer that has grown past this many bytes gives them back. */
const KEPT = 1 << 20;

/** Thrown by a writer that would grow past its most bytes. */
export class TooLarge extends Error {}

/** Bytes that grow. Used again for the next value. */
export class BytesWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST);
  #view: DataView = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** What was written, as an array of its own. The writer is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#at);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#at = 0;
    if (this.#bytes.length <= KEPT) return;
    this.#bytes = new Uint8Array(FIRST);
    this.#view = new DataView(this.#bytes.buffer);
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at++] = value;
  }

  varint(value: number): void {
    if (this.#at + 5 > this.#bytes.length) this.#grow(5);
    const bytes = this.#bytes;
    let left = value >>> 0;
    while (left >= 0x80) {
      bytes[this.#at++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    bytes[this.#at++] = left;
  }

  /** A number, with its tag. */
  number(value: number): void {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.byte(INT32);
      this.varint((value << 1) ^ (value >> 31));
    } else {
      this.byte(FLOAT64);
      this.float64(value);
    }
  }

  float64(value: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  bigInt64(value: bigint): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setBigInt64(this.#at, value, true);
    this.#at += 8;
  }

  bytes(value: Uint8Array): void {
    this.#grow(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** A varint and UTF-8. The text has no lone surrogate. */
  text(text: string): void {
    const { length } = text;
    if (length > this.#most) throw new TooLarge();
    this.#grow(length + 5);
    if (length <= SHORT && this.#ascii(text)) return;
    const head = varintSize(length);
    this.#grow(3 * length + 10);
    const start = this.#at + head;
    const { written } = utf8Encoder.encodeInto(text, this.#bytes.subarray(start));
    const needed = varintSize(written);
    if (needed !== head) {
      this.#bytes.copyWithin(this.#at + needed, start, start + written);
    }
    this.varint(written);
    this.#at += written;
  }

  /** A varint and UTF-16. */
  units(text: string): void {
    this.varint(text.length);
    this.#grow(2 * text.length);
    for (let i = 0; i < text.length; i++) {
      this.#view.setUint16(this.#at, text.charCodeAt(i), true);
      this.#at += 2;
    }
  }

  /** False, with nothing written, where a unit is not ASCII. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = text.length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return false;
      bytes[at++] = unit;
    }
    this.#at = at;
    return true;
  }

  #grow(by: number): void {
    const needed = this.#at + by;
    if (needed <= this.#bytes.length) return;
    // Texts reserve three bytes for each unit and seldom need them; only what is written counts.
    if (this.#at > this.#most || by > 3 * this.#most + 16) throw new TooLarge();
    const bytes = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#at;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let left = value >>> 7; left > 0; left >>>= 7) size++;
  return size;
}
