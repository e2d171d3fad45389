import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ENGINE_DIGEST } from "../../component/engine.ts";

/** Folders of `src/` on which kept results depend. */
const DECIDING = ["catalogues", "component", "interfaces", "plugin/manifest", "plugin/package"];

/**
 * A text that stores of Node's add to the names of what they keep, so that it is not found again
 * once Tenon has changed. Empty for built files, whose digest is in each name already
 * (ENGINE_DIGEST). Undefined where there is neither a built file nor a source file (the sources
 * were bundled): nothing must be kept then.
 */
export function sourcesDigest(): string | undefined {
  if (ENGINE_DIGEST !== undefined) return "";
  const { url } = import.meta as { readonly url?: string };
  if (url === undefined || !url.endsWith(".ts")) return undefined;
  const file = fileURLToPath(url);
  const src = join(file, "../../..");
  const hash = createHash("sha256");
  for (const folder of DECIDING) {
    for (const name of readdirSync(join(src, folder), {
      recursive: true,
      encoding: "utf8",
    }).toSorted()) {
      if (!name.endsWith(".ts")) continue;
      hash
        .update(`${folder}/${name}\0`)
        .update(readFileSync(join(src, folder, name)))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 32);
}
