import { open } from "node:fs/promises";
import type { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { TenonError } from "../../errors.ts";
import { Gathered } from "../gathered.ts";
import { tooLarge, unreadable } from "../source-errors.ts";
import { visibleText } from "../../visible-text.ts";

/** A text that is meant as a URL, whatever its scheme: any other is a path, in which `:` may be. */
const URL_TEXT = /^(?:(?:https?|file|data|blob):|[a-z][a-z0-9+.-]+:\/\/)/iu;

/**
 * Reads a package that the host's user named by a path, a `file:` URL, or an `http(s):` URL. At
 * most `maxBytes`, checked before and while reading.
 */
export async function readSource(source: URL | string, maxBytes: number): Promise<Uint8Array> {
  try {
    if (typeof source === "string" && !URL_TEXT.test(source)) {
      return await readFile(source, maxBytes);
    }
    const url = new URL(source);
    if (url.protocol === "file:") return await readFile(fileURLToPath(url), maxBytes);
    if (url.protocol === "http:" || url.protocol === "https:") return await download(url, maxBytes);
    throw new Error(`${url.protocol} is not a place to read packages from`);
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    // A `data:` URL has all of its content in its text.
    throw unreadable(visibleText(String(source), { limit: 300 }), cause);
  }
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  await using file = await open(path, "r");
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error("it is not a regular file");
  const { size } = stats;
  if (size > maxBytes) throw tooLarge(path, maxBytes);
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function download(url: URL, maxBytes: number): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const gathered = new Gathered(maxBytes);
  for await (const piece of response.body ?? []) {
    if (!gathered.add(piece)) throw tooLarge(url.href, maxBytes);
  }
  return gathered.bytes;
}

/** Undefined in Bun, whose `node:module` lacks it. */
const strip: typeof stripTypeScriptTypes | undefined =
  process.getBuiltinModule("node:module").stripTypeScriptTypes;

/** Whether `stripTypes` works here. */
export const STRIPS_TYPES: boolean = strip !== undefined;

/** Node's own, which leaves all else where it was. Its errors say the line at the head of their stack. */
export function stripTypes(source: string): string {
  const { emitWarning } = process;
  // Node says with the first call that this may change in another version: tests notice.
  process.emitWarning = () => {};
  try {
    return strip!(source, { mode: "strip" });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw Object.assign(error, placeIn(error.stack ?? ""));
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * Where Node says that it is: `:LINE`, and below it some lines of the source, with carets under the fault,
 * or with `  > ` before the lines that it spans.
 */
function placeIn(stack: string): { line?: number; column?: number } {
  const [shown = ""] = stack.split("\n\n", 1);
  const [, line] = /^[^\n]*:(\d+)\n/u.exec(shown) ?? [];
  if (line === undefined) return {};
  const [, before = ""] = /\n( *)\^/u.exec(shown) ?? /\n {2}> ( *)/u.exec(shown) ?? [];
  return { line: Number(line), column: before.length + 1 };
}
