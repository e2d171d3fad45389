import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { TenonError } from "../../index.ts";
import { readTextFile } from "../input.ts";

/** The sidecar is `NAME.json` beside `NAME.wasm`. */
export function readSidecar(file: string): string | undefined {
  const path = file.replace(/\.wasm$/, ".json");
  return path !== file && existsSync(path) ? readTextFile(path) : undefined;
}

/** The signature is `NAME.wasm.sig` beside `NAME.wasm`, and `package.json.sig` in a folder. */
export function signatureBeside(file: string): string {
  const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder && isPluginFolder(file) ? join(file, "package.json.sig") : `${file}.sig`;
}

export function readSignature(file: string): Uint8Array | undefined {
  const path = signatureBeside(file);
  return existsSync(path) ? readComponent(path) : undefined;
}

/** Whether a path names a source: JavaScript or TypeScript. */
export function isSourceFile(path: string): boolean {
  return /\.(?:js|mjs|ts|mts)$/u.test(path);
}

/** A plugin: a component's bytes, or the path of a source, whose files the host reads itself. */
export function readPlugin(file: string): Uint8Array | string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true && isPluginFolder(file)) return file;
  return stats?.isFile() === true && isSourceFile(file) ? file : readComponent(file);
}

/** Whether a folder has a `package.json` with the key `tenon`. */
export function isPluginFolder(folder: string): boolean {
  try {
    const found: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof found === "object" && found !== null && Object.hasOwn(found, "tenon");
  } catch {
    return false;
  }
}

export function readComponent(file: string): Uint8Array {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    const message = `${file} is a folder; name a component (.wasm) in it, as tenon list ${file} shows them`;
    throw new TenonError("package-unreadable", message);
  }
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new TenonError("package-unreadable", `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
