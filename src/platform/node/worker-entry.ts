import { existsSync } from "node:fs";
import { TenonError } from "../../errors.ts";

/** Of the two files that threads start from: what runs guests, and what cuts their time into slices. */
export type WorkerEntry = "guest-worker" | "ticker-worker";

/** Whether a thread can start from it. A bundler that knows nothing of threads leaves the file behind. */
export function isThere(entry: URL): boolean {
  return entry.protocol !== "file:" || existsSync(entry);
}

/** Throws `isolate-failed`, which says what to set, where it isn't there. */
export function assertThere(entry: URL, name: WorkerEntry): void {
  if (isThere(entry)) return;
  throw new TenonError(
    "isolate-failed",
    `The file that threads of plugins start from is not at ${entry.href}. Where the application is bundled, make ` +
      `tenon/node/guest-worker and tenon/node/ticker-worker inputs of the bundler's, too, and tell nodePlatform ` +
      "where they are: { worker: (entry) => new URL(`./${entry}.js`, import.meta.url) }",
    { data: { entry: name } },
  );
}

/**
 * The file that a worker starts from, beside the module at `base`: the same source under Node
 * (`.ts`) as in the built package (`.js`). `tsc` does not rewrite the paths in `new URL`.
 */
export function workerEntry(base: string, name: string): URL {
  return new URL(base.endsWith(".ts") ? `${name}.ts` : `${name}.js`, base);
}

/**
 * What a thread of guests gets of the process: no environment, no arguments, and none of the flags that it was
 * started with. What `--import` and `--require` load is made for the main thread, and `--input-type` keeps a
 * thread from starting at all.
 */
export const NOTHING_INHERITED = {
  env: {},
  argv: [] as string[],
  execArgv: [] as string[],
} as const;
