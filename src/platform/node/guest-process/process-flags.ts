import { dirname } from "node:path";
import process from "node:process";

/** Flags of Node that take something away from a process; those that this Node has are set. */
const TAKEN_AWAY: readonly string[] = [
  "--no-addons",
  "--no-experimental-sqlite",
  "--no-experimental-ffi",
  "--no-experimental-websocket",
  "--disable-proto=delete",
  "--disallow-code-generation-from-strings",
  "--disable-sigusr1",
];

/**
 * How many folders of the library are above the entry of a process: it loads files of others. In a
 * bundle all are beside it.
 */
const ABOVE = 3;

/** The command line of a process for guests that runs `file`. */
export function processFlags(file: string, ownMiB: number): readonly string[] {
  const known = process.allowedNodeEnvironmentFlags;
  return [
    "--permission",
    `--allow-fs-read=${readable(file)}`,
    "--allow-worker",
    ...TAKEN_AWAY.filter((flag) => known.has(flag.replace(/=.*/u, ""))),
    "--no-warnings",
    `--max-old-space-size=${ownMiB}`,
    // See guest-thread/v8-flags.ts.
    "--no-wasm-lazy-compilation",
    "--wasm-num-compilation-tasks=1",
  ];
}

/** The folder with everything that the program consists of. */
function readable(file: string): string {
  let folder = dirname(file);
  const inside = /[\\/]platform[\\/]node[\\/]guest-process[\\/]process-entry\.[jt]s$/u.test(file);
  for (let left = inside ? ABOVE : 0; left > 0; left--) folder = dirname(folder);
  return folder;
}
