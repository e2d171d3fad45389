import process from "node:process";
import type { NoProcesses } from "../../processes.ts";
import { isThere } from "../worker-entry.ts";

/** Why this application can't start processes for guests. Undefined: it can. */
export function noProcesses(entry: URL | undefined): NoProcesses | undefined {
  const { deno, bun, electron } = process.versions;
  const other = deno ? "Deno" : bun ? "Bun" : electron ? "Electron" : undefined;
  if (other !== undefined) {
    const because = `that needs Node's flags and pipes, and this is ${other}`;
    return { because, remedy: "Run the host under Node" };
  }
  // Asked for when it is needed: Deno and Bun lack the module, and could not import the library.
  if (process.getBuiltinModule("node:sea").isSea()) {
    const because =
      "Node is a part of the application's file, and would start the application again";
    return { because, remedy: "Run the application's code under Node itself" };
  }
  if (entry?.protocol === "file:" && isThere(entry)) return undefined;
  const place = entry === undefined ? "beside the library's own" : `at ${entry.href}`;
  return {
    because: `the file that processes run is not ${place}`,
    remedy:
      "Where the application is bundled, make tenon/node/guest-process an input of the bundler's, too, and tell nodePlatform " +
      "where it is ({ worker: (entry) => new URL(`./${entry}.js`, import.meta.url) })",
  };
}
