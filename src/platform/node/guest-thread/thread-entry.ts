import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { entryMissing, isThere, workerEntry } from "../worker-entry.ts";

/**
 * Says where threads for guests start from: the file that is given, or the one that comes with
 * Tenon. Where that is not there, the application is bundled, and the chunk is looked for that the
 * program of the thread is in; a promise while it is. The result throws `isolate-failed`, or the
 * promise rejects with it, where there is no such file.
 */
export function threadEntry(given: URL | undefined): () => URL | Promise<URL> {
  const usual = given ?? workerEntry(import.meta.url, "./entry");
  if (isThere(usual)) return () => usual;
  let missing = given && entryMissing(given, "guest-worker");
  const looking = threadInBundle().then((chunk) => {
    if (isThere(chunk)) return (found = chunk);
    throw (missing = entryMissing(usual, "guest-worker"));
  });
  let found: URL | Promise<URL> = looking;
  looking.catch(() => {});
  return () => {
    if (missing !== undefined) throw missing;
    return found;
  };
}

/**
 * Looks for the program of guests' threads in an application that is bundled. A bundler that splits
 * puts what is imported lazily into a file of its own, which a thread can start from as well.
 *
 * Undefined where there is no such file: the bundle is one file, or that file loads the part of the
 * bundle that this module is in. The application's own code is there, and must not run on a thread.
 */
async function threadInBundle(): Promise<URL | undefined> {
  try {
    const never = setTimeout(PATIENCE_MS, {} as const, { ref: false });
    const { place } = (await Promise.race([import("./entry.ts"), never])) as { place?: string };
    if (place === undefined || !place.startsWith("file:")) return undefined;
    return loads(new URL(place), import.meta.url) ? undefined : new URL(place);
  } catch {
    return undefined;
  }
}

/**
 * How long to wait for the chunk. It never comes where it loads the application, whose first
 * module waits for a plugin.
 */
const PATIENCE_MS = 1_000;

/** Whether a file is another one, or loads it when it is loaded. */
function loads(file: URL, other: string): boolean {
  const seen = new Set<string>();
  const left = [file.href];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (at === other) return true;
    if (seen.has(at) || !existsSync(new URL(at))) continue;
    seen.add(at);
    for (const [, name] of readFileSync(new URL(at), "utf8").matchAll(LOADED)) {
      left.push(new URL(name!, at).href);
    }
  }
  return false;
}

/** `import … from "./x.js"`, `import "./x.js"`, `require("./x.js")`, minified or not. */
const LOADED = /(?:\bfrom|\bimport|\brequire\s*\()\s*["'](\.[^"'\n]+)["']/g;
