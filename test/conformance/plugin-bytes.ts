import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A sample plugin as it is committed. In a page the runner puts another in its place. */
export function pluginBytes(name: string): Promise<Uint8Array> {
  return readFile(join(import.meta.dirname, `../../plugins-rs/${name}/${name}.wasm`));
}
