// Messages as bytes, for a pipe to another process: each is a record with its length in front.
import { WireReader } from "../../component/wire/index.ts";

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
  put32(bytes, 0, length);
  bytes[4] = kind;
  put32(bytes, 5, number);
}

// Without a DataView, which takes longer to make than the rest.
function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function get32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
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
  /**
   * Takes short frames where they are, and must have read them when it returns. Default: `take`. The
   * reader does not notice where the one who wrote the record reads beyond its end.
   */
  readonly takeFrames?: (number: number, reader: WireReader) => void;
  take(kind: number, number: number, payload: Uint8Array): void;
}

/** Makes records of the chunks that a pipe delivers. */
export class RecordReader {
  readonly #parts: RecordReaderParts;
  /** The header of a record whose payload is not complete, or a part of that header. */
  readonly #header: Uint8Array = new Uint8Array(RECORD_HEADER);
  /** The chunk in which frames were taken last, and its reader. */
  #chunk: Uint8Array | undefined;
  #reader: WireReader | undefined;
  #headed = 0;
  /** The payload of that record, once its header is complete. */
  #payload: Uint8Array | undefined;
  #filled = 0;

  constructor(parts: RecordReaderParts) {
    this.#parts = parts;
  }

  /**
   * Reads the first `end` bytes of a chunk. Throws a RangeError for a record that is too long; nothing
   * can be read after that.
   */
  read(chunk: Uint8Array, end: number = chunk.length): void {
    let at = 0;
    while (at < end) {
      if (this.#payload !== undefined) at = this.#fill(chunk, at, end);
      else if (this.#headed > 0 || end - at < RECORD_HEADER) at = this.#head(chunk, at, end);
      else at = this.#whole(chunk, at, end);
    }
  }

  /** A record that begins in the chunk with a complete header. */
  #whole(chunk: Uint8Array, at: number, end: number): number {
    const length = this.#checked(get32(chunk, at) >>> 0);
    const start = at + RECORD_HEADER;
    if (start + length > end) return this.#head(chunk, at, end);
    const kind = chunk[at + 4]!;
    const number = get32(chunk, at + 5);
    const { reuses, take, takeFrames } = this.#parts;
    if (kind === RecordKind.frames && takeFrames !== undefined && length < LONG) {
      takeFrames(number, this.#readerAt(chunk, start, length));
      return start + length;
    }
    const isCopied = reuses && length >= LONG;
    const payload = chunk.subarray(start, start + length);
    take(kind, number, isCopied ? Uint8Array.from(payload) : payload);
    return start + length;
  }

  #readerAt(chunk: Uint8Array, start: number, length: number): WireReader {
    if (this.#chunk !== chunk) {
      this.#chunk = chunk;
      this.#reader = new WireReader(chunk);
    }
    const reader = this.#reader!;
    reader.at = start;
    reader.end = start + length;
    return reader;
  }

  #head(chunk: Uint8Array, at: number, end: number): number {
    const part = chunk.subarray(at, Math.min(end, at + RECORD_HEADER - this.#headed));
    this.#header.set(part, this.#headed);
    this.#headed += part.length;
    if (this.#headed === RECORD_HEADER) {
      this.#payload = new Uint8Array(this.#checked(get32(this.#header, 0) >>> 0));
      this.#filled = 0;
      this.#complete();
    }
    return at + part.length;
  }

  #fill(chunk: Uint8Array, at: number, end: number): number {
    const payload = this.#payload!;
    const part = chunk.subarray(at, Math.min(end, at + payload.length - this.#filled));
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
    this.#parts.take(this.#header[4]!, get32(this.#header, 5), payload);
  }

  #checked(length: number): number {
    if (length <= this.#parts.most) return length;
    throw new RangeError(`a message of ${length} bytes is longer than ${this.#parts.most}`);
  }
}
