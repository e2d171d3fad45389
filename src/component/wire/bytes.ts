// Bytes that cross between threads. Little-endian; both sides are the same program.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Below this many units a loop beats the encoder and the decoder. */
const SHORT = 24;

/** Below this many bytes a loop beats a copy. */
const SMALL = 128;

/** From so many bytes on a view is worth the whole message that it keeps alive. */
const LONG = 16 * 1024;

/** The same of a message that lends its bytes, and is not kept alive. */
const LENT = 1024;

/** How a string's bytes are read; the rest of the tag is their number. */
const ASCII = 0;
const UTF8 = 1;
/** With lone surrogates in it. */
const UTF16 = 2;

/** Appends values. What was written is taken with `take`, and the writer is empty again. */
export class WireWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  /** Bytes written so far. Setting it back forgets what is behind. */
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

  /** Over what was written at `at`. */
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
    // The length of the length is not known before: room for the longest.
    const start = this.at + 5;
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(start));
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

  /** Bytes as they are, with nothing that says how many. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.at);
    this.at += value.length;
  }

  /** What was written, in a buffer of its own that may be given away. */
  take(): Uint8Array<ArrayBuffer> {
    // A large buffer goes as it is, a small one is copied and used again.
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

  /** Copies what was written to another place, shared memory say, and forgets it. */
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
 * Reads what a WireWriter wrote. The other side is trusted to have written it; reading past the end
 * throws a RangeError all the same.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Whether others may write over it when the message was read. */
  readonly #shared: boolean;
  at = 0;
  /** Behind the message's last byte. */
  end: number;
  /**
   * Whether what is read is done with before the message is: long bytes are then where the message is,
   * be it in shared memory.
   */
  lends = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // A page that is not cross-origin isolated lacks SharedArrayBuffer.
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
    if ((tag & 3) === UTF16) return this.#units(start, length / 2);
    if ((tag & 3) === ASCII && length <= SHORT) {
      let text = "";
      for (let at = start; at < end; at++) text += String.fromCharCode(this.#bytes[at]!);
      return text;
    }
    return decoder.decode(this.#shared ? this.#copy(start, end) : this.#bytes.subarray(start, end));
  }

  /** A copy, or where it is long a view of the message, which nobody else reads or the message `lends`. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.size();
    const start = this.at;
    this.at += length;
    if (this.at > this.end) throw new RangeError("a message ends too early");
    return length >= (this.lends ? LENT : LONG) && (this.lends || !this.#shared)
      ? (this.#bytes.subarray(start, this.at) as Uint8Array<ArrayBuffer>)
      : this.#copy(start, this.at);
  }

  /** `slice` of shared memory goes byte by byte. */
  #copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(end - start);
    copy.set(this.#bytes.subarray(start, end));
    return copy;
  }

  /** Units as they are: a decoder would replace lone surrogates. */
  #units(start: number, length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) {
      text += String.fromCharCode(this.#view.getUint16(start + index * 2, true));
    }
    return text;
  }
}
