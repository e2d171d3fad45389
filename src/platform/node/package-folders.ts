import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  PackageFile,
  PackageFolder,
  PackageFolders,
  SourceFolder,
} from "../package-folders.ts";
import { unreadable } from "../source-errors.ts";
import { makeFolder, isOurs } from "./own-files.ts";
import { sourcesDigest } from "./sources-digest.ts";
import { signatureSuffix } from "../../identity/signature.ts";
import { writeWhole } from "./state-files.ts";

/**
 * `kept`: the folder for indexes, made when it is needed. Undefined: no index is kept. `sources`: see
 * sourcesDigest.
 */
export function packageFolders(
  kept: string | undefined,
  sources: () => string | undefined = sourcesDigest,
): PackageFolders {
  return {
    async list(source) {
      const folder = resolve(pathOf(source));
      const found = filesIn(folder, 1);
      return { folder, ...found, ...indexOf(folder, kept, sources) };
    },
  };
}

function indexOf(
  folder: string,
  kept: string | undefined,
  sources: () => string | undefined,
): Pick<PackageFolder, "readIndex" | "keepIndex"> {
  const state = kept === undefined ? undefined : sources();
  if (kept === undefined || state === undefined) {
    return { readIndex: async () => undefined, keepIndex: async () => undefined };
  }
  const name = createHash("sha256").update(`${folder}${state}`).digest("hex").slice(0, 32);
  const path = join(kept, `${name}.index`);
  return {
    async readIndex() {
      if (!isOurs(kept)) return undefined;
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        // The index exists and can't be read: it counts as damaged.
        return new Uint8Array();
      }
    },
    async keepIndex(bytes) {
      makeFolder(kept);
      if (isOurs(kept)) await writeWhole(path, bytes);
    },
  };
}

/**
 * The files in order of their paths. Synchronous: thousands of small waits would take longer than
 * the work.
 */
function filesIn(folder: string, levels: number): Pick<PackageFolder, "files" | "sources"> {
  const entries = attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
  const beside = new Set<string>();
  for (const { name } of entries) if (/\.(?:json|wasm\.sig)$/u.test(name)) beside.add(name);
  const there = (file: string): string | undefined =>
    beside.has(file) ? folder + sep + file : undefined;
  const files: PackageFile[] = [];
  const texts: string[] = [];
  const within: SourceFolder[] = [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const { name } = entry;
    const path = folder + sep + name;
    if (name.endsWith(".wasm")) {
      const stamp = stampOf(path);
      if (stamp === undefined) continue;
      const manifest = there(`${name.slice(0, -".wasm".length)}.json`);
      const signature = there(`${name}${signatureSuffix}`);
      const stamps = [manifest, signature].map((file) => stampOf(file) ?? none);
      files.push({ path, manifest, signature, stamp: [...stamp, ...stamps.flat()] });
    } else if (/\.m?[jt]s$/u.test(name) && entry.isFile()) texts.push(path);
    else if (levels > 0 && entry.isDirectory()) {
      const inner = filesIn(path, levels - 1);
      files.push(...inner.files);
      if (name !== "node_modules") within.push(...inner.sources);
    }
  }
  // The package.json of the folder that is given describes what the plugins are for.
  const description = levels > 0 ? undefined : there("package.json");
  return { files, sources: [{ description, files: texts }, ...within] };
}

const none: readonly number[] = [0, 0, 0];

/** When a file was last written, renamed or replaced. Programs can't set this time back. */
function stampOf(path: string | undefined): readonly number[] | undefined {
  if (path === undefined) return undefined;
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? [stats.size, stats.ctimeMs, stats.ino] : undefined;
}

function pathOf(source: URL | string): string {
  if (typeof source === "string" && !source.startsWith("file:")) return source;
  return attempt(String(source), () => fileURLToPath(source));
}

function attempt<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw unreadable(what, cause);
  }
}
