// Bytes that cross between threads. Little-endian; both sides run the same program.
import { lossyUtf8, utf8Encoder } from "../../utf8.ts";

/** For fewer units, a loop is faster than the encoder and the decoder. */
const SHORT = 24;

/** For fewer bytes, a loop is faster than a copy. */
const SMALL = 128;

/** From this length on, bytes are a view of the message, which keeps the whole message alive. */
const LONG = 16 * 1024;

/** The same for a message that lends its bytes, and so is not kept alive. */
const LENT = 1024;

/** So many UTF-16 units are made a string at once. */
const UNITS = 4096;

/** How a string's bytes are encoded. The rest of the tag is their number. */
const ASCII = 0;
const UTF8 = 1;
/** Used for strings with lone surrogates. */
const UTF16 = 2;

/** Appends values. `take` returns what was written and empties the writer. */
export class WireWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  /** Bytes written so far. Setting it back drops what is behind. */
  at = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  u8(value: number): void {
    if (this.at === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.at++] = value;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.at, value, true);
    this.at += 4;
  }

  /** Overwrites the value at `at`. */
  patch32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** LEB128 of an unsigned integer of 32 bits. */
  size(value: number): void {
    let left = value;
    while (left > 0x7f) {
      this.u8((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    this.u8(left);
  }

  i32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.at, value, true);
    this.at += 4;
  }

  u64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.at, value, true);
    this.at += 8;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  string(text: string): void {
    const { length } = text;
    if (length <= SHORT && this.#ascii(text)) return;
    if (!text.isWellFormed()) return this.#utf16(text);
    this.#reserve(5 + length * 3);
    // How long the length will be is not known yet, so there is room for the longest.
    const start = this.at + 5;
    const { written } = utf8Encoder.encodeInto(text, this.#bytes.subarray(start));
    this.size(written * 4 + (written === length ? ASCII : UTF8));
    this.#bytes.copyWithin(this.at, start, start + written);
    this.at += written;
  }

  bytes(value: Uint8Array): void {
    this.size(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.at);
    this.at += value.length;
  }

  /** The bytes alone, without their number. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.at);
    this.at += value.length;
  }

  /** Returns what was written, in a buffer of its own that may be transferred. */
  take(): Uint8Array<ArrayBuffer> {
    // A large buffer is handed out itself; a small one is copied and used again.
    if (this.at * 2 < this.#bytes.length || this.at < 4096) {
      const copy = this.#bytes.slice(0, this.at);
      this.at = 0;
      if (this.#bytes.length > 1024 * 1024) this.#renew(1024);
      return copy;
    }
    const whole = this.#bytes.subarray(0, this.at);
    this.at = 0;
    this.#renew(1024);
    return whole;
  }

  /** Moves what was written to another place, such as shared memory, and empties the writer. */
  moveTo(target: Uint8Array, offset = 0): void {
    const length = this.at;
    const bytes = this.#bytes;
    if (length <= SMALL) for (let at = 0; at < length; at++) target[offset + at] = bytes[at]!;
    else target.set(bytes.subarray(0, length), offset);
    this.at = 0;
    if (bytes.length > 1024 * 1024) this.#renew(1024);
  }

  #ascii(text: string): boolean {
    const { length } = text;
    const start = this.at;
    this.size(length * 4 + ASCII);
    this.#reserve(length);
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) {
        this.at = start;
        return false;
      }
      this.#bytes[this.at + index] = unit;
    }
    this.at += length;
    return true;
  }

  #utf16(text: string): void {
    const { length } = text;
    this.size(length * 8 + UTF16);
    this.#reserve(length * 2);
    for (let index = 0; index < length; index++) {
      this.#view.setUint16(this.at, text.charCodeAt(index), true);
      this.at += 2;
    }
  }

  #reserve(length: number): void {
    if (this.at + length <= this.#bytes.length) return;
    const old = this.#bytes;
    this.#renew(Math.max(this.at + length, old.length * 2));
    this.#bytes.set(old.subarray(0, this.at));
  }

  #renew(capacity: number): void {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/**
 * Reads what a WireWriter has written. The other side is trusted to have written it; even so,
 * reading past the end throws a RangeError.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Whether the memory is shared, so that it may be overwritten once the message has been read. */
  readonly #shared: boolean;
  at = 0;
  /** Behind the message's last byte. */
  end: number;
  /**
   * Whether values are used before the message is given up. Long bytes are then views of the
   * message, even in shared memory.
   */
  lends = false;
  /** How many items the lists that are read from now on may have together. */
  items: number = Infinity;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Not `instanceof SharedArrayBuffer`: a page that is not cross-origin isolated lacks that
    // class.
    this.#shared = !(bytes.buffer instanceof ArrayBuffer);
    this.end = bytes.length;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    const at = this.at++;
    if (at >= this.end) throw new RangeError("a message ends too early");
    return this.#bytes[at]!;
  }

  u32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  size(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** How many items of a list follow. */
  count(): number {
    const count = this.size();
    this.items -= count;
    if (this.items < 0) throw new RangeError("a message has too many items of lists");
    return count;
  }

  i32(): number {
    const value = this.#view.getInt32(this.at, true);
    this.at += 4;
    return value;
  }

  u64(): bigint {
    const value = this.#view.getBigUint64(this.at, true);
    this.at += 8;
    return value;
  }

  f64(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  string(): string {
    const tag = this.size();
    const length = tag >>> 2;
    const start = this.at;
    const end = start + length;
    if (end > this.end) throw new RangeError("a message ends too early");
    this.at = end;
    if ((tag & 3) === UTF16) return this.#units(start, length >>> 1);
    if ((tag & 3) === ASCII && length <= SHORT) {
      let text = "";
      for (let at = start; at < end; at++) text += String.fromCharCode(this.#bytes[at]!);
      return text;
    }
    return lossyUtf8.decode(
      this.#shared ? this.#copy(start, end) : this.#bytes.subarray(start, end),
    );
  }

  /**
   * A copy; where it is long, a view of the message, if no one else reads that or the message
   * `lends`.
   */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.size();
    const start = this.at;
    this.at += length;
    if (this.at > this.end) throw new RangeError("a message ends too early");
    return length >= (this.lends ? LENT : LONG) && (this.lends || !this.#shared)
      ? (this.#bytes.subarray(start, this.at) as Uint8Array<ArrayBuffer>)
      : this.#copy(start, this.at);
  }

  /** `slice` copies shared memory byte by byte. */
  #copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(end - start);
    copy.set(this.#bytes.subarray(start, end));
    return copy;
  }

  /** Reads UTF-16 units as they are, because a decoder would replace lone surrogates. */
  #units(start: number, length: number): string {
    const parts: string[] = [];
    for (let from = 0; from < length; from += UNITS) {
      const units = Array.from({ length: Math.min(UNITS, length - from) }, (_, index) =>
        this.#view.getUint16(start + (from + index) * 2, true),
      );
      parts.push(String.fromCharCode(...units));
    }
    return parts.join("");
  }
}
