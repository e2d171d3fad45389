import { TenonError } from "../../errors.ts";
import { Gathered } from "../gathered.ts";
import { tooLarge, unreadable } from "../source-errors.ts";

/**
 * Reads a package of at most `maxBytes` from a URL. A relative one is resolved against the page's.
 */
export async function fetchSource(source: URL | string, maxBytes: number): Promise<Uint8Array> {
  try {
    const response = await fetch(source);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return await bodyOf(response, maxBytes);
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw unreadable(String(source), cause);
  }
}

async function bodyOf(response: Response, maxBytes: number): Promise<Uint8Array> {
  const gathered = new Gathered(maxBytes);
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    if (gathered.add(next.value)) continue;
    reader?.cancel().catch(() => undefined);
    throw tooLarge(response.url, maxBytes);
  }
  return gathered.bytes;
}
