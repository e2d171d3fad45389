import { existsSync } from "node:fs";
import { TenonError } from "../../errors.ts";

/**
 * One of the files that threads and processes start from: `guest-worker` runs guests, `ticker-worker`
 * cuts their time into slices, `guest-process` is the program of a process for guests.
 */
export type WorkerEntry = "guest-worker" | "ticker-worker" | "guest-process";

/** Whether the file exists. A bundler that does not know threads leaves it behind. */
export function isThere(entry: URL | undefined): entry is URL {
  return entry !== undefined && (entry.protocol !== "file:" || existsSync(entry));
}

/** `isolate-failed`, for a missing file. Says what to set. */
export function entryMissing(entry: URL | undefined, name: WorkerEntry): TenonError {
  const place = entry === undefined ? "beside the library's own" : `at ${entry.href}`;
  return new TenonError(
    "isolate-failed",
    `The file that threads of plugins start from is not ${place}. Where the application is bundled, make ` +
      `tenon/node/guest-worker and tenon/node/ticker-worker inputs of the bundler's, too, and tell nodePlatform ` +
      "where they are: { worker: (entry) => new URL(`./${entry}.js`, import.meta.url) }",
    { data: { entry: name } },
  );
}

/**
 * The file that a worker starts from, beside the module at `base`: with the same extension, `.ts`
 * in the sources and `.js` in the built package. `tsc` does not rewrite the paths in `new URL`.
 * Undefined where modules do not know their places: some bundlers make `import.meta` empty.
 */
export function workerEntry(base: string | undefined, name: string): URL | undefined {
  if (base === undefined) return undefined;
  return new URL(base.endsWith(".ts") ? `${name}.ts` : `${name}.js`, base);
}

/**
 * What a thread for guests gets from the process: no environment, no arguments, and none of the
 * process's flags. Code that `--import` and `--require` load is meant for the main thread, and with
 * `--input-type` a thread does not start at all.
 */
export const NOTHING_INHERITED = {
  env: {},
  argv: [] as string[],
  execArgv: [] as string[],
} as const;
