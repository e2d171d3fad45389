// The program of a process for guests in a few files, as in an application that is bundled: sources
// would have each process load two hundred.
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const ENTRY = new URL("../src/platform/node/guest-process/process-entry.ts", import.meta.url);

/** Writes it to the folder, and returns where it starts. */
export async function bundledProcess(folder: string, input: URL = ENTRY): Promise<URL> {
  const bundle = await rolldown({
    input: { "guest-process": fileURLToPath(input) },
    platform: "node",
    logLevel: "silent",
  });
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].js" });
  await bundle.close();
  return pathToFileURL(join(folder, "guest-process.js"));
}
