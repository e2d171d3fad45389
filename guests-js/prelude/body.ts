// What Request and Response share: a body, which is read once.
import { bytesOf } from "./bytes.ts";
import { isDisturbed, ReadableStream } from "./streams.ts";

export interface Extracted {
  readonly stream: ReadableStream<Uint8Array> | null;
  /** The bytes, where they are all there. */
  readonly bytes: Uint8Array | undefined;
  readonly type: string | undefined;
}

const NOTHING: Extracted = { stream: null, bytes: undefined, type: undefined };

/** What a body is made of: text, bytes, a form, or a stream. */
export function extract(body: unknown): Extracted {
  if (body === null || body === undefined) return NOTHING;
  if (body instanceof ReadableStream) {
    if (body.locked || isDisturbed(body)) throw new TypeError("The stream is in use.");
    return { stream: body as ReadableStream<Uint8Array>, bytes: undefined, type: undefined };
  }
  if (
    typeof body === "object" &&
    (ArrayBuffer.isView(body) || native.classOf(body) === "ArrayBuffer")
  ) {
    return whole(bytesOf(body).slice(), undefined);
  }
  const isForm = Object.prototype.toString.call(body) === "[object URLSearchParams]";
  const type = isForm ? "application/x-www-form-urlencoded" : "text/plain";
  return whole(native.utf8Encode(`${body as string}`), `${type};charset=UTF-8`);
}

function whole(bytes: Uint8Array, type: string | undefined): Extracted {
  return { stream: streamOf(bytes), bytes, type };
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

export abstract class Body {
  #extracted: Extracted;

  constructor(extracted: Extracted) {
    this.#extracted = extracted;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#extracted.stream;
  }
  get bodyUsed(): boolean {
    const { stream } = this.#extracted;
    return stream !== null && isDisturbed(stream);
  }
  async bytes(): Promise<Uint8Array> {
    const { stream } = this.#extracted;
    if (stream === null) return new Uint8Array();
    if (this.bodyUsed || stream.locked) throw new TypeError("The body has been read already.");
    const reader = stream.getReader();
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const chunk = bytesOf(value);
      chunks.push(chunk);
      length += chunk.length;
    }
    if (chunks.length === 1) return chunks[0]!;
    const all = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }
  async text(): Promise<string> {
    const text = native.decodeText(await this.bytes(), "utf-8", false);
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** The body for another object too, where the bytes are not there: each gets a branch. */
  protected shared(): Extracted {
    const { stream, bytes, type } = this.#extracted;
    if (stream === null) return NOTHING;
    if (this.bodyUsed || stream.locked) throw new TypeError("The body has been read already.");
    if (bytes !== undefined) return { stream: streamOf(bytes), bytes, type };
    const [mine, other] = stream.tee();
    this.#extracted = { stream: mine, bytes: undefined, type };
    return { stream: other, bytes: undefined, type };
  }

  /** The bytes of the body, which counts as read. */
  protected async taken(): Promise<Uint8Array | undefined> {
    return this.#extracted.stream === null ? undefined : await this.bytes();
  }
}

/** The names that the standard lists, enumerable as on the web. */
export const BODY_MEMBERS = ["body", "bodyUsed", "bytes", "arrayBuffer", "text", "json"] as const;
for (const name of BODY_MEMBERS) Object.defineProperty(Body.prototype, name, { enumerable: true });
