import { digestOf } from "./ed25519.ts";
import { hex } from "./hex.ts";
import type { Identity } from "./identity.ts";
import { type KnownKeys, noKnownKeys } from "./known-keys.ts";
import { doubled, joined, malformed } from "./signature.ts";
import { type SignedBytes, signedBytesSteps } from "./signed-bytes.ts";
import { verifySignature } from "./verify.ts";
import { utf8Encoder } from "../utf8.ts";

export interface IdentityOptions {
  /** A manifest beside the component. */
  readonly manifest?: string | Uint8Array | undefined;
  /** A signature beside the component. */
  readonly signature?: Uint8Array | undefined;
  /** Whether the bytes are a source, which has no sections. Default: they are a component. */
  readonly isSource?: boolean | undefined;
  /** The place that the application vouches for. Its plugins are known by it, signed or not. */
  readonly place?: string | undefined;
  /** Default: none is known. */
  readonly keys?: KnownKeys | undefined;
  readonly sha256: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  /** Does work in steps, between which others may run. */
  readonly slices: { run<Value>(steps: Generator<undefined, Value, undefined>): Promise<Value> };
}

/**
 * Finds out who made a package, before anything of it is parsed: only the component's sections are
 * walked along. Rejects with `signature-*` and `key-revoked`.
 *
 * A package without a signature has the digest of all that it is: the component's, or where the
 * manifest lies beside it, one of both.
 *
 * The identity is frozen: policies and other functions of the application's are handed it, and what
 * they do to it must not change whose plugin it is.
 */
export async function identifyPackage(
  bytes: Uint8Array,
  componentDigest: string,
  options: IdentityOptions,
): Promise<Identity> {
  const { sha256, slices, keys = noKnownKeys, place } = options;
  const found =
    options.isSource === true ? whole(bytes) : await slices.run(signedBytesSteps(bytes));
  const manifest = found.manifest ?? bytesOf(options.manifest);
  const signatures = [...found.signatures, ...(options.signature ? [options.signature] : [])];
  if (signatures.length > 1) throw doubled();
  const [signature] = signatures;
  if (signature === undefined) {
    if (place !== undefined) return Object.freeze({ tag: "place", place });
    if (found.manifest !== undefined || manifest === undefined) {
      return Object.freeze({ tag: "digest", digest: componentDigest });
    }
    const parts = joined(
      utf8Encoder.encode("tenon unsigned 1\0"),
      utf8Encoder.encode(componentDigest),
      await sha256(manifest),
    );
    return Object.freeze({ tag: "digest", digest: `sha256:${hex(await sha256(parts))}` });
  }
  if (found.isFollowed) throw malformed("something follows it");
  const digests = {
    component: await sha256(bytes.subarray(0, found.end)),
    manifest: await sha256(manifest ?? new Uint8Array()),
  };
  const signed = await verifySignature(signature, digests, keys);
  if (place !== undefined) return Object.freeze({ tag: "place", place });
  return Object.freeze({ ...signed, formerly: Object.freeze(signed.formerly) });
}

/** A source is signed as it is; its signature lies beside it. */
function whole(bytes: Uint8Array): SignedBytes {
  return { signatures: [], end: bytes.length, isFollowed: false, manifest: undefined };
}

function bytesOf(manifest: string | Uint8Array | undefined): Uint8Array | undefined {
  return typeof manifest === "string" ? utf8Encoder.encode(manifest) : manifest;
}

/** A package, and what is beside it. Given by the application. */
export interface PackageParts {
  /** The component's bytes. */
  readonly component: Uint8Array;
  /** The manifest beside it. Default: there is none. */
  readonly manifest?: string | Uint8Array | undefined;
  /** The signature beside it. Default: there is none. */
  readonly signature?: Uint8Array | undefined;
  /** Whether the bytes are a source. Default: they are a component. */
  readonly isSource?: boolean | undefined;
  /** Default: none is known. */
  readonly keys?: KnownKeys | undefined;
}

/**
 * Who made a package, without a host: what a host's `plugins()` would tell. Rejects with
 * `signature-*` and `key-revoked`.
 */
export async function verifyPackage({ component, ...options }: PackageParts): Promise<Identity> {
  const slices: IdentityOptions["slices"] = {
    async run(steps) {
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    },
  };
  const digest = `sha256:${hex(await digestOf(component))}`;
  return await identifyPackage(component, digest, { ...options, sha256: digestOf, slices });
}
