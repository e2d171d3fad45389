import { TenonError } from "../../errors.ts";
import type { Platform } from "../../platform/platform.ts";
import { readDescription } from "./description.ts";
import type { SourceReader } from "./language.ts";

/** A plugin's source as it was found at an address. */
export interface FoundSource {
  readonly bytes: Uint8Array;
  /** What its first file is called. */
  readonly file: string;
  /** The manifest beside it. Undefined: it is in the source, or missing. */
  readonly manifest: string | undefined;
}

type Reads = Pick<Platform, "read">;

/** The last part of an address, without what follows the path. */
export function fileNameOf(address: URL | string): string {
  return pathOf(String(address)).replace(/^.*[\\/]/su, "");
}

/**
 * Reads a plugin from source: a file of one of the languages with the files of its folder that it needs,
 * or a folder whose `package.json` has the key `tenon`. Undefined: there is no source at the address.
 */
export async function findSource(
  address: URL | string,
  readers: readonly SourceReader[],
  platform: Reads,
  maxBytes: number,
): Promise<FoundSource | undefined> {
  const file = fileNameOf(address);
  const reader = readers.find((one) => one.isNamed(file));
  if (reader !== undefined) {
    return await readAt(address, file, undefined, { reader, platform, maxBytes });
  }
  const folder = folderOf(address, file);
  if (folder === undefined) return undefined;
  const text = await textAt(folder, "package.json", platform);
  if (text === undefined) return undefined;
  const described = readDescription(text);
  if (described === undefined) return undefined;
  const { main, manifest } = described;
  const named = readers.find((one) => one.isNamed(main));
  if (named === undefined) return undefined;
  return await readAt(`${folder}${main}`, main, manifest, { reader: named, platform, maxBytes });
}

async function readAt(
  address: URL | string,
  file: string,
  manifest: string | undefined,
  powers: { readonly reader: SourceReader; readonly platform: Reads; readonly maxBytes: number },
): Promise<FoundSource> {
  const { reader, platform, maxBytes } = powers;
  const main = await platform.read(address, maxBytes);
  const folder = String(address).slice(0, pathOf(String(address)).length - file.length);
  const bytes = await reader.gather(file, main, async (name) => {
    return await bytesAt(`${folder}${name}`, platform, maxBytes);
  });
  return { bytes, file, manifest };
}

/** The part of an address before `?` and `#`, which only a URL has. */
function pathOf(address: string): string {
  return /^[a-z][a-z0-9+.-]+:/iu.test(address) ? address.replace(/[?#].*$/su, "") : address;
}

/** The address of a file in the same folder. */
export function beside(address: URL | string, file: string): string {
  const path = pathOf(String(address));
  return path.slice(0, path.length - fileNameOf(address).length) + file;
}

/**
 * The folder that an address may name. A server is asked only for what is clearly one: many answer any
 * address with a page.
 */
function folderOf(address: URL | string, file: string): string | undefined {
  if (file === "package.json") return beside(address, "");
  const path = pathOf(String(address));
  if (file === "" && path !== "") return path;
  return file.includes(".") || /^https?:/iu.test(path) ? undefined : `${path}/`;
}

async function bytesAt(
  address: string,
  platform: Reads,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  try {
    return await platform.read(address, maxBytes);
  } catch (error) {
    if (error instanceof TenonError && error.code === "package-unreadable") return undefined;
    throw error;
  }
}

/** The most bytes of a `package.json`. */
const MOST_DESCRIPTION = 262_144;

async function textAt(folder: string, file: string, platform: Reads): Promise<string | undefined> {
  const bytes = await bytesAt(`${folder}${file}`, platform, MOST_DESCRIPTION);
  return bytes && new TextDecoder().decode(bytes);
}
