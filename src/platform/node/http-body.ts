import type { IncomingMessage } from "node:http";
import { Transform, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { HttpFailure } from "../http.ts";

/**
 * A response's body, decompressed, in pieces of the reader's size. A body that exceeds the limit,
 * before or after decompression, ends the transfer.
 */
export class HttpBody {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #maxBytes: number;
  readonly #signal: AbortSignal;
  #rest: Uint8Array = new Uint8Array();
  #given = 0;

  constructor(message: IncomingMessage, method: string, maxBytes: number, signal: AbortSignal) {
    this.#maxBytes = maxBytes;
    this.#signal = signal;
    // RFC 9110, section 6.4.1: these have no body, whatever their headers say.
    const bare = method === "HEAD" || message.statusCode === 204 || message.statusCode === 304;
    const content = bare ? message : decoded(message, maxBytes);
    this.#chunks = content[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /** Reads at least 1 byte and at most `max`; none at the end. */
  async read(max: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const next = await this.#next();
      if (next === undefined) return new Uint8Array();
      this.#given += next.length;
      if (this.#given > this.#maxBytes) throw new HttpFailure("body-too-large");
      this.#rest = next;
    }
    const piece = this.#rest.slice(0, max);
    this.#rest = this.#rest.subarray(max);
    return piece;
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (error instanceof HttpFailure) throw error;
      if (this.#signal.aborted) throw new HttpFailure("cancelled");
      throw new HttpFailure("connection-failed", String(error), error);
    }
  }
}

/** The encodings that requests accept and that this undoes. */
export const acceptedEncodings = "gzip, deflate, br";

function decoded(message: IncomingMessage, maxBytes: number): Readable {
  const decoder = decoderFor(message.headers["content-encoding"]);
  if (decoder === undefined) return message;
  let received = 0;
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, done): void {
      received += chunk.length;
      if (received > maxBytes) done(new HttpFailure("body-too-large"));
      else done(null, chunk);
    },
  });
  const fail = (error: Error): void => void decoder.destroy(error);
  message.on("error", fail);
  counter.on("error", fail);
  // A decoder that a limit has destroyed may still receive its source's errors.
  decoder.on("error", () => message.destroy());
  return message.pipe(counter).pipe(decoder);
}

function decoderFor(encoding: string | undefined): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw new HttpFailure("connection-failed", `content-encoding ${encoding}`);
  }
}
