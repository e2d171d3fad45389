import { statSync } from "node:fs";
import { join } from "node:path";
import { TenonError } from "../../index.ts";
import { javascript } from "../../javascript/index.ts";
import { nodePlatform } from "../../platform/node/index.ts";
import { findSource } from "../../plugin/package/source-files.ts";
import { readManifestBeside } from "../../plugin/package/package-source.ts";
import { readComponent, readPlugin, readSidecar } from "./package-files.ts";

/** What a signature is made for. Made by `signedParts`. */
export interface SignedParts {
  /** A component's bytes, or all files of a source as one. */
  readonly bytes: Uint8Array;
  /** The manifest beside it. */
  readonly manifest: string | undefined;
  readonly isSource: boolean;
}

const MOST_SOURCE = 64 * 1024 * 1024;
const MOST_MANIFEST = 65_536;

/** A plugin as a host reads it, to be signed or verified. Nothing of it runs. */
export async function signedParts(path: string): Promise<SignedParts> {
  const plugin = readPlugin(path);
  if (typeof plugin !== "string") {
    return { bytes: readComponent(path), manifest: readSidecar(path), isSource: false };
  }
  await using platform = nodePlatform();
  const reader = javascript().on(platform);
  const isFolder = statSync(path).isDirectory();
  const address = isFolder ? join(path, "package.json") : path;
  const found = await findSource(address, [reader], platform, MOST_SOURCE);
  if (found === undefined) {
    throw new TenonError("package-unreadable", `${path}: its "main" is no source`);
  }
  const { manifest: own } = await reader.read(found.bytes, found.file);
  const beside =
    own === undefined ? await readManifestBeside(path, platform, MOST_MANIFEST) : undefined;
  return { bytes: found.bytes, manifest: found.manifest ?? beside, isSource: true };
}
