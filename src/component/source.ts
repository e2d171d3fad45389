import { TenonError } from "../errors.ts";
import { shownValue } from "../options.ts";

/** Bytes in memory that are not written to any more. */
export type ComponentBytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** Where a component's bytes may come from. Node's `Readable` is an async iterable of bytes. */
export type ComponentSource =
  | ComponentBytes
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | PromiseLike<ComponentBytes | Response | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>>;

/**
 * Bytes in memory. They are copied only where another thread could change them; otherwise they must
 * not change while the component lives.
 */
export function bytesOf(source: unknown, most: number): Uint8Array {
  let bytes: Uint8Array;
  if (ArrayBuffer.isView(source)) {
    bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  } else if (isBuffer(source)) {
    bytes = new Uint8Array(source);
  } else {
    throw new TenonError(
      "component-source",
      `a component is read from bytes, a Response, a stream, or a promise of one; not ${shownValue(source)}`,
    );
  }
  check(bytes.length, most);
  return bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}

/**
 * Reads the bytes from any source. Throws `component-source` where that fails, and
 * `component-limit` where there are more than `most`. `giveWay` lets the event loop turn: without
 * it, a stream whose chunks are all there holds the thread until its end.
 */
export async function readSource(
  source: ComponentSource,
  most: number,
  giveWay?: () => Promise<void>,
): Promise<Uint8Array> {
  const settled: unknown = await source;
  const stream = chunksOf(settled);
  if (stream !== undefined) return readStream(stream, most, giveWay);
  if (has(settled, "arrayBuffer") && !ArrayBuffer.isView(settled)) {
    const response = settled as unknown as Response;
    if (response.ok === false) {
      throw new TenonError(
        "component-source",
        `the component could not be fetched: status ${response.status}`,
        { data: { status: response.status, url: response.url } },
      );
    }
    const body = chunksOf((response as { readonly body?: unknown }).body);
    if (body !== undefined) return readStream(body, most, giveWay);
    return bytesOf(await response.arrayBuffer(), most);
  }
  return bytesOf(settled, most);
}

interface Chunks {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Its outcome changes nothing. */
  cancel(): Promise<unknown>;
}

/** Those of a ReadableStream or another async iterable, such as Node's Readable. */
function chunksOf(source: unknown): Chunks | undefined {
  if (has(source, "getReader")) {
    const reader = (source as unknown as ReadableStream<Uint8Array>).getReader();
    return { next: () => reader.read(), cancel: () => reader.cancel() };
  }
  if (!has(source, Symbol.asyncIterator)) return undefined;
  const chunks = (source as unknown as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return { next: () => chunks.next(), cancel: async () => chunks.return?.() };
}

/** Chunks that are read before the event loop turns. */
const CHUNKS_AT_A_TIME = 64;

/** Chunks in a row without a byte after which a stream is given up. */
const MOST_EMPTY = 10_000;

async function readStream(
  stream: Chunks,
  most: number,
  giveWay: (() => Promise<void>) | undefined,
): Promise<Uint8Array> {
  // No chunk is kept: a small one may be a view of much memory.
  let bytes = new Uint8Array(0);
  let length = 0;
  let empty = 0;
  try {
    for (let count = 1; ; count++) {
      const { done, value } = await stream.next();
      if (done === true) break;
      const chunk = bytesOf(value, most);
      empty = chunk.length === 0 ? empty + 1 : 0;
      if (empty > MOST_EMPTY) {
        const message = `the stream brought no byte in ${MOST_EMPTY} chunks`;
        throw new TenonError("component-source", message);
      }
      check(length + chunk.length, most);
      bytes = withRoom(bytes, length, chunk.length);
      bytes.set(chunk, length);
      length += chunk.length;
      if (count % CHUNKS_AT_A_TIME === 0) await giveWay?.();
    }
  } catch (error) {
    // Not awaited: the result does not depend on it.
    stream.cancel().catch(() => undefined);
    throw error;
  }
  return bytes.subarray(0, length);
}

/** The same bytes up to `length`, with room for more behind them. */
function withRoom(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
  more: number,
): Uint8Array<ArrayBuffer> {
  if (length + more <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(length + more, bytes.length * 2));
  larger.set(bytes.subarray(0, length));
  return larger;
}

function check(length: number, most: number): void {
  if (length > most) {
    throw new TenonError("component-limit", `the component has more than ${most} bytes`, {
      data: { limit: most },
    });
  }
}

function has(value: unknown, method: string | symbol): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Record<string | symbol, unknown>)[method] === "function"
  );
}

/** An ArrayBuffer or SharedArrayBuffer of any realm. */
function isBuffer(value: unknown): value is ArrayBuffer {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}
