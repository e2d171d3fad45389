/**
 * Collects bytes that arrive in pieces into one array as they arrive: joining them all at the end
 * would block the thread.
 */
export class Gathered {
  readonly #buffer: ArrayBuffer;
  #length = 0;

  constructor(maxBytes: number) {
    this.#buffer = new ArrayBuffer(0, { maxByteLength: maxBytes });
  }

  /** Returns false, and adds nothing, where the total would be more than `maxBytes`. */
  add(piece: Uint8Array): boolean {
    const length = this.#length + piece.length;
    if (length > this.#buffer.maxByteLength) return false;
    this.#buffer.resize(length);
    new Uint8Array(this.#buffer).set(piece, this.#length);
    this.#length = length;
    return true;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#buffer);
  }
}
