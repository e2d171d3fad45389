import { TenonError } from "../errors.ts";
import { visibleText } from "../visible-text.ts";
import { keyId, verifies } from "./ed25519.ts";
import type { Identity, KeyId } from "./identity.ts";
import type { KnownKeys } from "./known-keys.ts";
import {
  decodeSignature,
  type PackageSignature,
  packageMessage,
  rotationMessage,
  type SignedDigests,
} from "./signature.ts";

/** The identity of a package that is signed. */
export type SignedIdentity = Extract<Identity, { readonly tag: "key" }>;

/**
 * Verifies a signature, and who vouches for its key. Rejects with `signature-malformed`;
 * `signature-wrong` where it was made for another package or manifest, or with another key, or where
 * a link is not what it says; `key-revoked`; and `signature-unsupported`.
 *
 * A revoked older key vouches for nobody: the chain counts from the key after it.
 */
export async function verifySignature(
  bytes: Uint8Array,
  digests: SignedDigests,
  known: KnownKeys,
): Promise<SignedIdentity> {
  const signed = decodeSignature(bytes);
  const { publicKey, signature, links } = signed;
  if (!(await verifies(publicKey, signature, packageMessage(digests, links)))) {
    throw wrong("it was made for another package, another manifest, or by another key");
  }
  const key = await keyId(publicKey);
  const { name, revoked } = (await known.find(key)) ?? {};
  if (revoked !== undefined) throw revokedKey(key, revoked.reason);
  return { tag: "key", key, formerly: await formerKeys(signed, known), name };
}

async function formerKeys(
  { publicKey, links }: PackageSignature,
  known: KnownKeys,
): Promise<readonly KeyId[]> {
  let formerly: KeyId[] = [];
  for (const [at, { from, signature }] of links.entries()) {
    const next = links[at + 1]?.from ?? publicKey;
    if (!(await verifies(from, signature, rotationMessage(from, next)))) {
      throw wrong("an older key does not vouch for the one that it names");
    }
    const id = await keyId(from);
    const { revoked } = (await known.find(id)) ?? {};
    formerly = revoked === undefined ? [...formerly, id] : [];
  }
  return formerly;
}

function wrong(why: string): TenonError {
  const message =
    `the package's signature does not fit: ${why}. ` +
    "Do not run it; fetch it again from its publisher";
  return new TenonError("signature-wrong", message, { operation: "install" });
}

export function revokedKey(key: KeyId, reason: string): TenonError {
  const why = visibleText(reason, { limit: 500 });
  const message =
    `the package is signed with a key that was revoked: ${why}. ` +
    "Ask its publisher for one that is signed with a new key";
  return new TenonError("key-revoked", message, {
    operation: "install",
    data: { key, reason: why },
  });
}
