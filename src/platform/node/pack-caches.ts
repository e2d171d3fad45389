import { createHash, randomInt } from "node:crypto";
import { existsSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { packLevel } from "../../cache/index.ts";
import type { CacheStore } from "../cache-store.ts";
import { nodePackFiles } from "./pack-store.ts";

const LEAST = 1 << 20;
const RANDOM = 2 ** 47;

/**
 * Keeps the cache of each owner in a folder below this one, named by a digest. A folder is made
 * when it is first used.
 */
export function packCaches(folder: string): CacheStore {
  const folderOf = (owner: string): string =>
    join(folder, createHash("sha256").update(owner).digest("hex").slice(0, 32));
  return {
    waits: false,
    level(owner, wanted) {
      const bytes = Math.max(wanted, LEAST);
      return packLevel({
        files: nodePackFiles(folderOf(owner)),
        bytes,
        // A segment takes an eighth of the whole, and an entry at most half of a segment.
        segmentBytes: Math.floor(bytes / 8),
        random: () => randomInt(RANDOM) / RANDOM,
      });
    },
    erase(owner) {
      if (!existsSync(folderOf(owner))) return;
      const files = nodePackFiles(folderOf(owner));
      for (const { name } of files.list()) files.remove(name);
      // The folder stays where it holds anything else.
      try {
        rmdirSync(folderOf(owner));
      } catch (error) {
        if ((error as { code?: unknown }).code !== "ENOTEMPTY") throw error;
      }
    },
  };
}
