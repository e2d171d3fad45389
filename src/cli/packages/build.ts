import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { TenonError, visibleJson } from "../../index.ts";
import { manifestComment } from "../../javascript/source/manifest-comment.ts";
import { readDescription } from "../../plugin/package/description.ts";
import { readTextFile } from "../input.ts";
import { replaceFile, writeNewFile } from "../replace-file.ts";
import { bytes, type Terminal } from "../terminal.ts";
import { bundle, type SourceMap } from "./bundle.ts";
import { isSourceFile } from "./package-files.ts";
import { worldOfSource } from "./source-world.ts";

export interface BuildOptions {
  readonly out?: string;
  readonly minify?: boolean;
  /** `--no-source-map` says false. */
  readonly sourceMap?: boolean;
  readonly json?: boolean;
}

/** A program that is to be built. */
interface Source {
  readonly main: string;
  /** JSON text. Undefined: there is none. */
  readonly manifest: string | undefined;
}

/**
 * Writes a plugin from source as one file, with the packages that it imports and its manifest in it.
 * Rejects with `package-source` for what cannot be bundled, and with `usage`.
 */
export async function build(path: string, options: BuildOptions, out: Terminal): Promise<void> {
  const { main, manifest } = readSource(path);
  const folder = dirname(main);
  const target = resolve(options.out ?? join(folder, "dist", outName(main)));
  const { code, map, files } = await bundle(main, {
    folder: process.cwd(),
    minify: options.minify === true,
  });
  if (files.some((file) => resolve(file) === target)) {
    const message = `--out ${options.out} is a file that the plugin is built of; name another one`;
    throw new TenonError("usage", message);
  }
  const head = manifest === undefined ? "" : `${asComment(manifest)}\n`;
  const text = `${head}${code}${options.sourceMap === false ? "" : inlined(map, head)}`;
  write(target, new TextEncoder().encode(text));
  const { imports, exports } = await worldOfSource(target);
  const shown = relative(process.cwd(), target) || target;
  const size = Buffer.byteLength(text);
  if (options.json === true) {
    const made = { out: target, bytes: size, files: files.length, imports, exports };
    return out.raw(`${visibleJson(made, 2)}\n`);
  }
  out.line(`built ${shown}  ${bytes(size)}  from ${count(files.length, "file")}`);
  if (manifest === undefined) {
    out.line("it has no manifest: put /* tenon:manifest { … } */ at the head of its first file");
  }
}

function readSource(path: string): Source {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return readFolder(path);
  if (stats?.isFile() !== true || !isSourceFile(path)) {
    const message = `${path} is no source: name a .js, .mjs, .ts or .mts file, or a folder with package.json`;
    throw new TenonError("package-unreadable", message);
  }
  const main = resolve(path);
  const beside = join(dirname(main), "manifest.json");
  const own = manifestComment(readFileSync(main, "utf8"));
  return { main, manifest: own ?? (existsSync(beside) ? readTextFile(beside) : undefined) };
}

function readFolder(folder: string): Source {
  const file = join(folder, "package.json");
  const described = existsSync(file) ? readDescription(readTextFile(file)) : undefined;
  if (described === undefined) {
    const message = `${file} has no key "tenon", which is the manifest: name the plugin's first file`;
    throw new TenonError("package-unreadable", message);
  }
  const main = resolve(folder, described.main);
  if (!existsSync(main)) {
    const message = `${file} names ${described.main} as "main", which is not there`;
    throw new TenonError("package-unreadable", message);
  }
  return { main, manifest: described.manifest };
}

function outName(main: string): string {
  return basename(main).replace(/\.m?[jt]s$/u, ".js");
}

/** A comment ends at the first asterisk with a slash behind it; JSON may write the slash as `\/`. */
function asComment(manifest: string): string {
  return `/* tenon:manifest ${manifest.trim().replaceAll("*/", "*\\/")} */`;
}

/** The map as a comment at the end. Its lines are those below the head. */
function inlined(map: SourceMap, head: string): string {
  const mappings = ";".repeat(head.split("\n").length - 1) + map.mappings;
  const json = Buffer.from(JSON.stringify({ ...map, names: [], mappings })).toString("base64");
  return `//# sourceMappingURL=data:application/json;base64,${json}\n`;
}

function write(target: string, content: Uint8Array): void {
  try {
    mkdirSync(dirname(target), { recursive: true });
  } catch (cause) {
    const message = `${dirname(target)} cannot be made: ${(cause as Error).message}`;
    throw new TenonError("storage-failed", message, { cause });
  }
  if (existsSync(target)) replaceFile(target, content);
  else writeNewFile(target, content);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
