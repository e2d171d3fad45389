/** Bytes that are written one behind the other, fast enough for files of many megabytes. */
export class Bytes {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  op(...bytes: readonly number[]): this {
    this.#room(bytes.length);
    for (const byte of bytes) this.#bytes[this.#length++] = byte;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The same bytes `count` times. */
  times(count: number, ...bytes: readonly number[]): this {
    if (count <= 0) return this;
    const size = bytes.length * count;
    this.#room(size);
    const start = this.#length;
    this.#bytes.set(bytes, start);
    for (let done = bytes.length; done < size; done *= 2) {
      const part = Math.min(done, size - done);
      this.#bytes.copyWithin(start + done, start, start + part);
    }
    this.#length += size;
    return this;
  }

  unsigned(value: number): this {
    return this.op(...leb(value));
  }

  signed(value: number): this {
    return this.op(...sleb(value));
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.unsigned(bytes.length).raw(bytes);
  }

  /** With its length in front. */
  sized(content: Bytes): this {
    return this.unsigned(content.length).raw(content.view());
  }

  section(id: number, content: Bytes): this {
    return this.op(id).sized(content);
  }

  /** Valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.view().slice();
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.view());
    this.#bytes = grown;
  }
}

export function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low + 128 : low);
  } while (left > 0);
  return bytes;
}

/** Of integers of 53 bits. */
export function sleb(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ;) {
    const low = ((left % 128) + 128) % 128;
    left = (left - low) / 128;
    if ((left === 0 && low < 64) || (left === -1 && low >= 64)) return [...bytes, low];
    bytes.push(low + 128);
  }
}
