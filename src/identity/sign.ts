import { utf8Encoder } from "../utf8.ts";
import { digestOf, type SigningKey } from "./ed25519.ts";
import {
  doubled,
  encodeSignature,
  joined,
  packageMessage,
  revocationMessage,
  type RotationLink,
  rotationMessage,
  signatureSection,
} from "./signature.ts";
import { assertComponent } from "./preamble.ts";
import { signedBytesSteps } from "./signed-bytes.ts";

/** What is signed, and with what. */
export interface SignOptions {
  /** The component's bytes, without a signature. */
  readonly component: Uint8Array;
  /** The manifest beside the component, where the component carries none. */
  readonly manifest?: Uint8Array | undefined;
  /**
   * Whether the bytes are a source, whose signature lies beside it. Default: they are a component.
   */
  readonly isSource?: boolean | undefined;
  /** The key to sign with. */
  readonly key: SigningKey;
  /** The older keys that vouch for this one, oldest first; at most 8. Default: none. */
  readonly links?: readonly RotationLink[];
}

/**
 * Signs a package. The result goes into the component (`withSignature`) or beside it, as
 * `NAME.wasm.sig`. Rejects with `signature-duplicate` where the component is signed already, and with
 * `package-not-a-component` for anything else than a component.
 */
export async function signPackage(options: SignOptions): Promise<Uint8Array> {
  const { component, key, links = [], isSource = false } = options;
  const own = isSource ? undefined : manifestIn(component);
  const manifest = own ?? options.manifest ?? new Uint8Array();
  const digests = { component: await digestOf(component), manifest: await digestOf(manifest) };
  const signature = await key.sign(packageMessage(digests, links));
  return encodeSignature({ publicKey: key.publicKey, signature, links });
}

function manifestIn(component: Uint8Array): Uint8Array | undefined {
  assertComponent(component, "sign");
  const walk = signedBytesSteps(component);
  let step = walk.next();
  while (step.done !== true) step = walk.next();
  const { signatures, manifest } = step.value;
  if (signatures.length > 0) throw doubled("it is signed already: sign it as it was built");
  return manifest;
}

/** The component with a signature as its last section. */
export function withSignature(component: Uint8Array, signature: Uint8Array): Uint8Array {
  const name = utf8Encoder.encode(signatureSection);
  const content = joined(Uint8Array.of(name.length), name, signature);
  return joined(component, Uint8Array.of(0, ...leb(content.length)), content);
}

/** The older key's word that the newer one is the same publisher's. */
export async function vouch(from: SigningKey, to: Uint8Array): Promise<RotationLink> {
  return { from: from.publicKey, signature: await from.sign(rotationMessage(from.publicKey, to)) };
}

/** A key's word for its own end. `at`: milliseconds since 1970. */
export async function revoke(key: SigningKey, at: number, reason: string): Promise<Uint8Array> {
  return await key.sign(revocationMessage(key.publicKey, at, reason));
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
