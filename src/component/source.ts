import { TenonError } from "../errors.ts";

/** Bytes in memory that are not written to any more. */
export type ComponentBytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** Where a component's bytes may come from. */
export type ComponentSource =
  | ComponentBytes
  | Response
  | ReadableStream<Uint8Array>
  | PromiseLike<ComponentBytes | Response | ReadableStream<Uint8Array>>;

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
      "a component is read from bytes, a Response, a ReadableStream, or a promise of one",
    );
  }
  check(bytes.length, most);
  return bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}

/**
 * Reads the bytes from any source. Throws `component-source` where that fails, and
 * `component-limit` where there are more than `most`.
 */
export async function readSource(source: ComponentSource, most: number): Promise<Uint8Array> {
  const settled = await source;
  if (has(settled, "getReader")) {
    return readStream(settled as unknown as ReadableStream<Uint8Array>, most);
  }
  if (has(settled, "arrayBuffer") && !ArrayBuffer.isView(settled)) {
    const response = settled as unknown as Response;
    if (response.ok === false) {
      throw new TenonError(
        "component-source",
        `the component could not be fetched: status ${response.status}`,
        { data: { status: response.status, url: response.url } },
      );
    }
    const body: unknown = (response as { readonly body?: unknown }).body;
    if (has(body, "getReader")) return readStream(body as ReadableStream<Uint8Array>, most);
    return bytesOf(await response.arrayBuffer(), most);
  }
  return bytesOf(settled, most);
}

async function readStream(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const chunk = bytesOf(value, most);
    length += chunk.length;
    if (length > most) {
      // Not awaited: the result does not depend on it.
      reader.cancel().catch(() => undefined);
      check(length, most);
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function check(length: number, most: number): void {
  if (length > most) {
    throw new TenonError("component-limit", `the component has more than ${most} bytes`, {
      data: { limit: most },
    });
  }
}

function has(value: unknown, method: string): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Record<string, unknown>)[method] === "function"
  );
}

/** An ArrayBuffer or SharedArrayBuffer of any realm. */
function isBuffer(value: unknown): value is ArrayBuffer {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}
