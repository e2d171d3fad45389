/** Bytes that come in pieces, put together as they come: putting them together at the end would hold the thread. */
export class Gathered {
  readonly #buffer: ArrayBuffer;
  #length = 0;

  constructor(maxBytes: number) {
    this.#buffer = new ArrayBuffer(0, { maxByteLength: maxBytes });
  }

  /** False, and nothing is added, where that would be more than `maxBytes`. */
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
