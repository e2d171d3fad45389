import type { CapName } from "../caps/cap-row.ts";
import { malformed } from "../faults.ts";
import { strictUtf8 } from "../../utf8.ts";

/**
 * Is told what all readers of a file are about to make of it, and throws where that is too much.
 */
export interface Budget {
  /** So many more of what a cap counts or, for a cap that does not sum up, how much there is. */
  add(name: CapName, offset: number, count?: number): void;
  raise(name: CapName, value: number, offset: number): void;
  /** Definitions, declarations, fields, names: whatever becomes an object. */
  items(count: number, offset: number): void;
  /** A name of so many bytes. */
  name(length: number, offset: number): void;
}

/** The null object: for bytes that were measured before. */
const unlimited: Budget = { add() {}, raise() {}, items() {}, name() {} };

/** A cursor over a range of a file. Offsets count from the file's start; no read passes `end`. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly budget: Budget;
  at: number;

  /** `budget`. Default: none, for bytes that were measured before. */
  constructor(bytes: Uint8Array, at: number, end: number, budget: Budget = unlimited) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.budget = budget;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** A reader of the next `length` bytes of the same file; this reader goes on behind them. */
  slice(length: number): Reader {
    if (length > this.end - this.at) throw this.#cut();
    const part = new Reader(this.bytes, this.at, this.at + length, this.budget);
    this.at += length;
    return part;
  }

  u8(): number {
    if (this.at >= this.end) throw this.#cut();
    return this.bytes[this.at++]!;
  }

  /** The next byte, left where it is; -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at]! : -1;
  }

  /** A byte that must be 0 or 1. */
  flag(): boolean {
    const byte = this.u8();
    if (byte > 1) throw this.unexpected(byte, "a flag");
    return byte === 1;
  }

  u32(): number {
    let byte = this.u8();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      byte = this.u8();
      if (shift === 28) {
        if (byte > 0x0f) throw malformed(this.at - 1, "integer too large");
        return (value | (byte << 28)) >>> 0;
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** A signed integer of 33 bits, exact. */
  s33(): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; ; length++) {
      const byte = this.u8();
      if (length === 5) {
        // 28 bits are read: five are left, and what follows must repeat the sign.
        const high = byte & 0x1f;
        const sign = high & 0x10 ? 0x60 : 0;
        if ((byte & 0xe0) !== sign) throw malformed(this.at - 1, "integer too large");
        return value + (high & 0x10 ? high - 0x20 : high) * scale;
      }
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return byte & 0x40 ? value - scale : value;
    }
  }

  u64(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      if (shift === 63n && byte > 1) throw malformed(this.at - 1, "integer too large");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** Passes a LEB128 of at most `length` bytes. */
  skipLeb(length: number): void {
    for (let count = 1; this.u8() >= 0x80; count++) {
      if (count === length) throw malformed(this.at - 1, "integer too large");
    }
  }

  skip(length: number): void {
    if (length > this.end - this.at) throw this.#cut();
    this.at += length;
  }

  /** The length of a vector whose elements take a byte or more each. */
  count(): number {
    const count = this.u32();
    if (count > this.end - this.at) throw this.#cut();
    this.budget.items(count, this.at);
    return count;
  }

  vector<T>(element: (reader: Reader) => T): T[] {
    const count = this.count();
    this.budget.raise("componentListParts", count, this.at);
    const list: T[] = [];
    for (let index = 0; index < count; index++) list.push(element(this));
    return list;
  }

  /** `core:name`: UTF-8 after its length. */
  name(): string {
    const length = this.u32();
    const start = this.at;
    this.budget.name(length, start);
    this.skip(length);
    // Most names are short and ASCII, where a loop beats the decoder.
    let text = "";
    if (length <= 96) {
      let at = start;
      for (; at < this.at && this.bytes[at]! < 0x80; at++) {
        text += String.fromCharCode(this.bytes[at]!);
      }
      if (at === this.at) return text;
    }
    try {
      return strictUtf8.decode(this.bytes.subarray(start, this.at));
    } catch {
      throw malformed(start, "malformed UTF-8 encoding");
    }
  }

  expect(byte: number, what: string): void {
    const found = this.u8();
    if (found !== byte) throw this.unexpected(found, what);
  }

  /** The error for a byte that was just read and has no meaning there. */
  unexpected(byte: number, what: string): Error {
    return malformed(this.at - 1, `invalid leading byte (0x${byte.toString(16)}) for ${what}`);
  }

  /** The error for bytes behind what was expected. */
  finish(what: string): void {
    if (this.at !== this.end) throw malformed(this.at, `unexpected content after ${what}`);
  }

  #cut(): Error {
    return malformed(this.at, "unexpected end-of-file");
  }
}
