import { TenonError } from "../../errors.ts";
import type { Clock, Timers } from "../clock.ts";
import type { Entropy } from "../entropy.ts";

export const pageClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

export const pageTimers: Timers = Object.freeze({
  after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
});

/// `getRandomValues` gives at most this much at once.
const quota = 65_536;

export const pageEntropy: Entropy = Object.freeze({
  bytes: (length: number) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += quota) {
      crypto.getRandomValues(bytes.subarray(at, at + quota));
    }
    return bytes;
  },
});

/// Only in a secure context (https, or localhost): a page without one has no digests.
export async function pageSha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
}

/// Reads a package from a URL, relative ones against the page. At most `maxBytes`.
export async function fetchSource(source: URL | string, maxBytes: number): Promise<Uint8Array> {
  const failed = (reason: string, cause?: unknown): TenonError =>
    new TenonError("package-unreadable", `${String(source)} could not be read: ${reason}`, {
      operation: "install",
      cause,
    });
  const response = await fetch(source).catch((cause: unknown) => {
    throw failed(String(cause), cause);
  });
  if (!response.ok) throw failed(`the server answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    size += next.value.length;
    if (size > maxBytes) {
      void reader?.cancel();
      throw new TenonError("package-too-large", `${String(source)} is over ${maxBytes} bytes`, {
        operation: "install",
        data: { limit: maxBytes },
      });
    }
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
