// Writing a function's code anew.

/** Code that is inserted. */
export interface CodeText {
  readonly text: readonly number[];
  /** Where in the inserted code a branch stands that is rarely taken. */
  readonly unlikely?: number;
}

/** Grows as it is written to. One writer is used for one function after the other. */
export class CodeWriter {
  #bytes: Uint8Array = new Uint8Array(1 << 12);
  length = 0;
  /** Where branches that are rarely taken stand, in order. */
  readonly unlikely: number[] = [];

  clear(): void {
    this.length = 0;
    this.unlikely.length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** LEB128 of an unsigned integer of 32 bits. */
  leb(value: number): void {
    this.#reserve(5);
    let left = value;
    for (; left > 0x7f; left >>>= 7) this.#bytes[this.length++] = (left & 0x7f) | 0x80;
    this.#bytes[this.length++] = left;
  }

  put({ text, unlikely }: CodeText): void {
    this.#reserve(text.length);
    if (unlikely !== undefined) this.unlikely.push(this.length + unlikely);
    for (const byte of text) this.#bytes[this.length++] = byte;
  }

  copy(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    // Copies of a few bytes are not worth a view.
    if (to - from < 16) for (let at = from; at < to; at++) this.#bytes[this.length++] = bytes[at]!;
    else {
      this.#bytes.set(bytes.subarray(from, to), this.length);
      this.length += to - from;
    }
  }

  /** The bytes of another writer, with their number before them. */
  append(other: CodeWriter): void {
    this.leb(other.length);
    this.copy(other.#bytes, 0, other.length);
  }

  /** A signed LEB128 of four bytes over what stands there. */
  patch(at: number, value: number): void {
    for (let byte = 0; byte < 4; byte++) {
      this.#bytes[at + byte] = ((value >>> (7 * byte)) & 0x7f) | (byte < 3 ? 0x80 : 0);
    }
  }

  /** Everything that was written since it was cleared. Good until more is written. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
