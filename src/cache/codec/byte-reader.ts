import { TenonError } from "../../errors.ts";
import { strictUtf8 } from "../../utf8.ts";

/**
 * Reads values one after another from bytes, little-endian. Throws `cache-value` if the bytes do not
 * hold the value that is asked for, or end in the middle of it.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fault: string;
  #at = 0;

  /** `fault`: the message of errors. */
  constructor(bytes: Uint8Array, fault: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fault = fault;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw this.malformed();
    return value;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** Seven bits a byte. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 49) throw this.malformed();
    }
    if (value > Number.MAX_SAFE_INTEGER) throw this.malformed();
    return value;
  }

  /** A copy. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.slice(start, start + length);
  }

  /** Of a text of `length` bytes. */
  utf8(length: number): string {
    const start = this.#take(length);
    if (length > 24) return this.#decode(start, length);
    // A decoder costs more to call than a short text of ASCII takes.
    let text = "";
    for (let i = start; i < start + length; i++) {
      const unit = this.#bytes[i]!;
      if (unit > 0x7f) return this.#decode(start, length);
      text += String.fromCharCode(unit);
    }
    return text;
  }

  /** Of a text of `length` units of two bytes. */
  utf16(length: number): string {
    const start = this.#take(length * 2);
    const units: string[] = [];
    for (let at = start; at < this.#at; at += 2) {
      units.push(String.fromCharCode(this.#view.getUint16(at, true)));
    }
    return units.join("");
  }

  malformed(cause?: unknown): TenonError {
    return new TenonError("cache-value", this.#fault, cause === undefined ? {} : { cause });
  }

  #decode(start: number, length: number): string {
    try {
      return strictUtf8.decode(this.#bytes.subarray(start, start + length));
    } catch (cause) {
      throw this.malformed(cause);
    }
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.byteLength - start) throw this.malformed();
    this.#at = start + length;
    return start;
  }
}
