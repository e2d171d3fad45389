import { existsSync } from "node:fs";
import {
  describeIdentity,
  signPackage,
  verifyPackage,
  withSignature,
} from "../../identity/index.ts";
import { TenonError, visibleJson } from "../../index.ts";
import { keyFolder, type KnownKeysFile } from "../../platform/node/index.ts";
import { keysFolder, type KeysOptions, knownKeys } from "./keys.ts";
import { passphraseOf } from "./passphrase.ts";
import { replaceFile, writeNewFile } from "../replace-file.ts";
import { readSignature, signatureBeside } from "./package-files.ts";
import { signedParts } from "./signed-parts.ts";
import type { Terminal } from "../terminal.ts";

export interface SignOptions extends KeysOptions {
  readonly key: string;
  readonly beside?: boolean;
}

/**
 * Signs a package: in the component, or with `--beside` in a file of its own, as a source always is.
 */
export async function sign(file: string, options: SignOptions, out: Terminal): Promise<void> {
  const { bytes: component, manifest, isSource } = await signedParts(file);
  const folder = keyFolder(keysFolder(options));
  const { key, links } = await folder.open(options.key, await passphraseOf(options.passphrase));
  const signature = await signPackage({
    component,
    manifest: manifest === undefined ? undefined : new TextEncoder().encode(manifest),
    isSource,
    key,
    links,
  });
  const isBeside = isSource || options.beside === true;
  const target = isBeside ? signatureBeside(file) : file;
  const bytes = isBeside ? signature : withSignature(component, signature);
  if (existsSync(target)) replaceFile(target, bytes);
  else writeNewFile(target, bytes);
  out.line(`signed ${target} with ${options.key}  ${key.id}`);
}

export interface VerifyOptions extends KeysOptions {
  readonly by?: string;
  readonly json?: boolean;
}

/**
 * Says who made a package. Rejects with `signature-missing` for one that is not signed, and with
 * `identity-changed` where it is signed with another key than the one named, and that one does not
 * vouch for it.
 */
export async function verify(file: string, options: VerifyOptions, out: Terminal): Promise<void> {
  const { by } = options;
  const keys = knownKeys(options);
  const wanted = by === undefined ? undefined : await keysCalled(by, keys);
  const { bytes: component, ...parts } = await signedParts(file);
  const identity = await verifyPackage({
    ...parts,
    component,
    signature: readSignature(file),
    keys,
  });
  if (options.json === true) out.raw(`${visibleJson(identity, 2)}\n`);
  else out.line(`${file}: ${describeIdentity(identity)}`);
  if (identity.tag !== "key") {
    throw new TenonError("signature-missing", `${file} is not signed; tenon sign signs it`);
  }
  if (wanted === undefined || wanted.has(identity.key)) return;
  const before = identity.formerly.find((key) => wanted.has(key));
  if (before === undefined) {
    const message = `${file} is signed with ${identity.key}, and not by ${by}`;
    throw new TenonError("identity-changed", message);
  }
  if (options.json !== true) out.line(`it is the same maker's as ${before}, which vouches for it`);
}

/** The keys that `--by` means. Rejects with `usage` for a name that nobody has here. */
async function keysCalled(by: string, known: KnownKeysFile): Promise<ReadonlySet<string>> {
  if (/^key:[0-9a-f]{64}$/u.test(by)) return new Set([by]);
  const called = [...(await known.list())].filter(([, { name }]) => name === by);
  if (called.length > 0) return new Set(called.map(([key]) => key));
  const message = `--by ${by}: no key of that name is known here; tenon keys add remembers one`;
  throw new TenonError("usage", message);
}
