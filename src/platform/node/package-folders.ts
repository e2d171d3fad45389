import { createHash } from "node:crypto";
import { type Stats, readdirSync, statSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TenonError } from "../../errors.ts";
import type { PackageFile, PackageFolder, PackageFolders } from "../package-folders.ts";
import { isOurs } from "./own-folder.ts";
import { writeWhole } from "./state-files.ts";

/// `kept`: where indexes are kept, made when it is needed. Undefined: none are.
export function packageFolders(kept: string | undefined): PackageFolders {
  return {
    async list(source) {
      const folder = resolve(pathOf(source));
      return { folder, files: filesIn(folder, 1), ...indexOf(folder, kept) };
    },
  };
}

function indexOf(
  folder: string,
  kept: string | undefined,
): Pick<PackageFolder, "readIndex" | "keepIndex"> {
  if (kept === undefined) {
    return { readIndex: async () => undefined, keepIndex: async () => undefined };
  }
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 32);
  const path = join(kept, `${name}.index`);
  return {
    async readIndex() {
      if (!isOurs(kept)) return undefined;
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        // It is there and can't be read.
        return new Uint8Array();
      }
    },
    async keepIndex(bytes) {
      await mkdir(kept, { recursive: true, mode: 0o700 });
      if (isOurs(kept)) await writeWhole(path, bytes);
    },
  };
}

/// By path. Synchronous: thousands of small waits would take longer than the work.
function filesIn(folder: string, levels: number): PackageFile[] {
  const entries = attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
  const names = new Set(entries.map(({ name }) => name));
  const files: PackageFile[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (levels > 0) files.push(...filesIn(path, levels - 1));
    } else if (entry.name.endsWith(".wasm")) {
      const beside = `${entry.name.slice(0, -".wasm".length)}.json`;
      const manifest = names.has(beside) ? join(folder, beside) : undefined;
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats?.isFile() !== true) continue;
      const other = manifest && statSync(manifest, { throwIfNoEntry: false });
      files.push({
        path,
        manifest,
        stamp: other ? `${stamp(stats)} ${stamp(other)}` : stamp(stats),
      });
    }
  }
  return files;
}

function stamp({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

function pathOf(source: URL | string): string {
  if (typeof source === "string" && !source.startsWith("file:")) return source;
  return attempt(String(source), () => fileURLToPath(source));
}

function attempt<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TenonError("package-unreadable", `${what} could not be read: ${reason}`, {
      operation: "install",
      cause,
    });
  }
}
