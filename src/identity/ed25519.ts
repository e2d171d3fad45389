import { TenonError } from "../errors.ts";
import { hex } from "./hex.ts";
import type { KeyId } from "./identity.ts";
import { joined } from "./signature.ts";
import { utf8Encoder } from "../utf8.ts";

const ALGORITHM = "Ed25519";

/**
 * Points of small order, without their sign bit, in little-endian hexadecimal. Under such a public key
 * one signature passes for many messages, so that anyone could sign for it.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** The part of the web's cryptography that signatures need. It is missing in a page without https. */
interface Subtle {
  digest(algorithm: "SHA-256", data: BufferSource): Promise<ArrayBuffer>;
  generateKey(
    algorithm: typeof ALGORITHM,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<{ readonly privateKey: unknown; readonly publicKey: unknown }>;
  importKey(
    format: "raw" | "pkcs8",
    data: BufferSource,
    algorithm: typeof ALGORITHM,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<unknown>;
  exportKey(format: "raw" | "pkcs8", key: unknown): Promise<ArrayBuffer>;
  sign(algorithm: typeof ALGORITHM, key: unknown, data: BufferSource): Promise<ArrayBuffer>;
  verify(
    algorithm: typeof ALGORITHM,
    key: unknown,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>;
}

/** Whether a signature is this public key's over the message. Throws `signature-unsupported`. */
export async function verifies(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<boolean> {
  if (isSmallOrder(publicKey)) return false;
  const subtle = subtleOf();
  let key: unknown;
  try {
    key = await subtle.importKey("raw", new Uint8Array(publicKey), ALGORITHM, true, ["verify"]);
  } catch (cause) {
    // Engines that have the algorithm refuse bytes that are no point of the curve in the same way.
    if (await isSupported(subtle)) return false;
    throw unsupported(cause);
  }
  return await subtle.verify(ALGORITHM, key, new Uint8Array(signature), new Uint8Array(message));
}

/** A key with which packages are signed. The private part stays inside. */
export interface SigningKey {
  /** The name of the public key among all keys. */
  readonly id: KeyId;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The signature over a message, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** A new key, as PKCS #8 and as its public part. Throws `signature-unsupported`. */
export async function generateKey(): Promise<{
  readonly pkcs8: Uint8Array;
  readonly publicKey: Uint8Array;
}> {
  const subtle = subtleOf();
  try {
    const { privateKey, publicKey } = await subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    return {
      pkcs8: new Uint8Array(await subtle.exportKey("pkcs8", privateKey)),
      publicKey: new Uint8Array(await subtle.exportKey("raw", publicKey)),
    };
  } catch (cause) {
    throw unsupported(cause);
  }
}

/** Rejects where the two parts do not belong together, or `pkcs8` is no such key. */
export async function openKey(pkcs8: Uint8Array, publicKey: Uint8Array): Promise<SigningKey> {
  const subtle = subtleOf();
  const key = await subtle.importKey("pkcs8", new Uint8Array(pkcs8), ALGORITHM, false, ["sign"]);
  const sign = async (message: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await subtle.sign(ALGORITHM, key, new Uint8Array(message)));
  const probe = utf8Encoder.encode("tenon probe 1\0");
  if (!(await verifies(publicKey, await sign(probe), probe))) {
    throw new Error("its public and its private part belong to different keys");
  }
  return { id: await keyId(publicKey), publicKey, sign };
}

/** The name of a public key among all keys. */
export async function keyId(publicKey: Uint8Array): Promise<KeyId> {
  const named = joined(utf8Encoder.encode("tenon key 1\0"), publicKey);
  return `key:${hex(await digestOf(named))}`;
}

/** SHA-256, of all bytes at once. */
export async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await subtleOf().digest("SHA-256", new Uint8Array(bytes)));
}

function isSmallOrder(publicKey: Uint8Array): boolean {
  const unsigned = new Uint8Array(publicKey);
  unsigned[31]! &= 0x7f;
  return SMALL_ORDER.has(hex(unsigned));
}

async function isSupported(subtle: Subtle): Promise<boolean> {
  try {
    await subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

function subtleOf(): Subtle {
  const { subtle } = crypto as { readonly subtle?: unknown };
  if (subtle === undefined) throw unsupported();
  return subtle as Subtle;
}

function unsupported(cause?: unknown): TenonError {
  const message =
    "Signatures can't be verified here: the runtime has no Ed25519, or the page is not served over " +
    "https. A signed package is refused then";
  return new TenonError("signature-unsupported", message, { cause });
}
