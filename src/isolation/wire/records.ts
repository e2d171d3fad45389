// Messages as bytes, for a pipe to another process: each is a record with its length in front.

/** What is in a record. */
export const RecordKind = {
  /** Frames, as they are. */
  frames: 1,
  /** An object, in the form that the platform has for it. */
  object: 2,
} as const;

/** Bytes of a record's header: the length of the rest (u32), the kind (u8), a number (i32). */
export const RECORD_HEADER = 9;

/** Payloads from this length on are given in memory of their own. */
const LONG = 16 * 1024;

/** Writes a record's header to the beginning of `bytes`. */
export function putHeader(bytes: Uint8Array, length: number, kind: number, number: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, RECORD_HEADER);
  view.setUint32(0, length, true);
  view.setUint8(4, kind);
  view.setInt32(5, number, true);
}

/** Made by both ends of a pipe. */
export interface RecordReaderParts {
  /** The most bytes of a record, without its header. */
  readonly most: number;
  /**
   * Whether the memory of a chunk is used again after `read`. Payloads of less than 16 KiB are views
   * of the chunk all the same: what is kept of them must be copied.
   */
  readonly reuses: boolean;
  take(kind: number, number: number, payload: Uint8Array): void;
}

/** Makes records of the chunks that a pipe delivers. */
export class RecordReader {
  readonly #parts: RecordReaderParts;
  /** The header of a record whose payload is not complete, or a part of that header. */
  readonly #header: Uint8Array = new Uint8Array(RECORD_HEADER);
  readonly #view: DataView = new DataView(this.#header.buffer);
  #headed = 0;
  /** The payload of that record, once its header is complete. */
  #payload: Uint8Array | undefined;
  #filled = 0;

  constructor(parts: RecordReaderParts) {
    this.#parts = parts;
  }

  /** Throws a RangeError for a record that is too long; nothing can be read after that. */
  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload !== undefined) at = this.#fill(chunk, at);
      else if (this.#headed > 0 || chunk.length - at < RECORD_HEADER) at = this.#head(chunk, at);
      else at = this.#whole(chunk, at);
    }
  }

  /** A record that begins in the chunk with a complete header. */
  #whole(chunk: Uint8Array, at: number): number {
    const view = new DataView(chunk.buffer, chunk.byteOffset + at, RECORD_HEADER);
    const length = this.#checked(view.getUint32(0, true));
    const start = at + RECORD_HEADER;
    if (start + length > chunk.length) return this.#head(chunk, at);
    const { reuses, take } = this.#parts;
    const isCopied = reuses && length >= LONG;
    const payload = chunk.subarray(start, start + length);
    take(view.getUint8(4), view.getInt32(5, true), isCopied ? Uint8Array.from(payload) : payload);
    return start + length;
  }

  #head(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + RECORD_HEADER - this.#headed);
    this.#header.set(part, this.#headed);
    this.#headed += part.length;
    if (this.#headed === RECORD_HEADER) {
      this.#payload = new Uint8Array(this.#checked(this.#view.getUint32(0, true)));
      this.#filled = 0;
      this.#complete();
    }
    return at + part.length;
  }

  #fill(chunk: Uint8Array, at: number): number {
    const payload = this.#payload!;
    const part = chunk.subarray(at, at + payload.length - this.#filled);
    payload.set(part, this.#filled);
    this.#filled += part.length;
    this.#complete();
    return at + part.length;
  }

  #complete(): void {
    const payload = this.#payload!;
    if (this.#filled < payload.length) return;
    this.#payload = undefined;
    this.#headed = 0;
    this.#parts.take(this.#view.getUint8(4), this.#view.getInt32(5, true), payload);
  }

  #checked(length: number): number {
    if (length <= this.#parts.most) return length;
    throw new RangeError(`a message of ${length} bytes is longer than ${this.#parts.most}`);
  }
}
