import { TenonError } from "../errors.ts";
import { utf8Encoder } from "../utf8.ts";

/** The custom section of a component that holds its signature. It is the last section. */
export const signatureSection = "tenon:signature";

/** Where a signature lies beside a component: `NAME.wasm.sig`. */
export const signatureSuffix = ".sig";

/** The most keys that one publisher may have had before the present one. */
export const MOST_LINKS = 8;

const KEY = 32;
const SIGNATURE = 64;
const LINK = KEY + SIGNATURE;
const MAGIC = utf8Encoder.encode("tenonsig");
const VERSION = 1;
const ED25519 = 1;
const HEAD = MAGIC.length + 4;

/** The most bytes that a signature has. */
export const MOST_SIGNATURE: number = HEAD + KEY + SIGNATURE + MOST_LINKS * LINK;

/** An older key's word that the next key is the same publisher's. */
export interface RotationLink {
  /** The older public key, 32 bytes. */
  readonly from: Uint8Array;
  /** Over `rotationMessage` of this key and the next one. */
  readonly signature: Uint8Array;
}

/**
 * A signature of a package, as it is stored. All that is in it may be a stranger's until it is
 * verified.
 *
 * | offset | bytes | |
 * | --- | --- | --- |
 * | 0 | 8 | `tenonsig` |
 * | 8 | 1 | the version of this form: 1 |
 * | 9 | 1 | the algorithm: 1 for Ed25519 |
 * | 10 | 1 | how many links follow, 0 to 8 |
 * | 11 | 1 | 0 |
 * | 12 | 32 | the public key |
 * | 44 | 64 | the signature |
 * | 108 | 96 each | links, oldest first: the older public key, and its signature over the next |
 */
export interface PackageSignature {
  /** The signer's public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Over `packageMessage`, 64 bytes. */
  readonly signature: Uint8Array;
  /** Oldest first; the last one vouches for `publicKey`. */
  readonly links: readonly RotationLink[];
}

export function encodeSignature({ publicKey, signature, links }: PackageSignature): Uint8Array {
  return joined(
    MAGIC,
    Uint8Array.of(VERSION, ED25519, links.length, 0),
    publicKey,
    signature,
    linkBytes(links),
  );
}

/** Throws `signature-malformed`. The result has copies. */
export function decodeSignature(bytes: Uint8Array): PackageSignature {
  if (bytes.length < HEAD + KEY + SIGNATURE) throw malformed("it is cut off");
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) throw malformed("it is something else");
  const [version, algorithm, count = 0, rest] = bytes.subarray(MAGIC.length, HEAD);
  if (version !== VERSION || algorithm !== ED25519 || rest !== 0) {
    throw malformed("it is of a form that this host does not know");
  }
  if (count > MOST_LINKS) throw malformed(`it names more than ${MOST_LINKS} older keys`);
  const expected = HEAD + KEY + SIGNATURE + count * LINK;
  if (bytes.length !== expected) {
    throw malformed(`it has ${bytes.length} bytes, and should have ${expected}`);
  }
  let at = HEAD;
  const take = (length: number): Uint8Array => bytes.slice(at, (at += length));
  const publicKey = take(KEY);
  const signature = take(SIGNATURE);
  const links = Array.from({ length: count }, () => ({
    from: take(KEY),
    signature: take(SIGNATURE),
  }));
  return { publicKey, signature, links };
}

/** The digests that a signature is about, each SHA-256. */
export interface SignedDigests {
  /** Of the component's bytes before its signature section. */
  readonly component: Uint8Array;
  /** Of the manifest's bytes, in the component or beside it. */
  readonly manifest: Uint8Array;
}

/**
 * What is signed for a package. It starts with its purpose and a version, so that no signature of
 * one purpose passes for one of another.
 */
export function packageMessage(
  { component, manifest }: SignedDigests,
  links: readonly RotationLink[],
): Uint8Array {
  return joined(utf8Encoder.encode("tenon package 1\0"), component, manifest, linkBytes(links));
}

/** What an older key signs for the key that comes after it. */
export function rotationMessage(from: Uint8Array, to: Uint8Array): Uint8Array {
  return joined(utf8Encoder.encode("tenon rotation 1\0"), from, to);
}

/** What a key signs for its own end. `at`: milliseconds since 1970. */
export function revocationMessage(key: Uint8Array, at: number, reason: string): Uint8Array {
  return joined(
    utf8Encoder.encode(`tenon revocation 1\0`),
    key,
    utf8Encoder.encode(`${at}\0${reason}`),
  );
}

export function malformed(why: string): TenonError {
  const message = `the package's signature cannot be read: ${why}; sign the package again`;
  return new TenonError("signature-malformed", message, { operation: "install" });
}

/** The error for a package with a signature too many. */
export function doubled(
  what = "it has more than one, in the component or beside it: keep one of them",
): TenonError {
  const message = `a package has one signature; ${what}`;
  return new TenonError("signature-duplicate", message, { operation: "install" });
}

function linkBytes(links: readonly RotationLink[]): Uint8Array {
  return joined(...links.flatMap(({ from, signature }) => [from, signature]));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
