import { TenonError } from "../../src/errors.ts";

/**
 * A cursor over a WebAssembly binary. Reading past the end is `component-malformed` with the offset.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  offset: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.offset = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.offset >= this.#end;
  }

  byte(): number {
    if (this.offset >= this.#end) throw this.malformed("ends too early");
    return this.#bytes[this.offset++]!;
  }

  /**
   * An unsigned LEB128 of at most 64 bits. Answers above 2^53 lose precision, which is enough to
   * see that they are over any limit.
   */
  unsigned(): number {
    let value = 0;
    for (let scale = 1, count = 0; count < 10; count++, scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw this.malformed("has a number that is too long");
  }

  /** `length` bytes that follow; a view, not a copy. */
  take(length: number): Uint8Array {
    if (length > this.#end - this.offset) throw this.malformed("ends too early");
    const start = this.offset;
    this.offset += length;
    return this.#bytes.subarray(start, this.offset);
  }

  malformed(what: string): TenonError {
    return new TenonError("component-malformed", `The component ${what}, at byte ${this.offset}.`, {
      data: { offset: this.offset },
    });
  }
}

/** Appends an unsigned LEB128. */
export function pushUnsigned(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}
