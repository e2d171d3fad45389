import { generateKey, openKey, type SigningKey } from "../../src/identity/ed25519.ts";
import type { KeyId } from "../../src/identity/identity.ts";
import type { KnownKey, KnownKeys } from "../../src/identity/known-keys.ts";

export async function newKey(): Promise<SigningKey> {
  const { pkcs8, publicKey } = await generateKey();
  return await openKey(pkcs8, publicKey);
}

/** A person who has heard that these keys were revoked. */
export function whoKnows(keys: ReadonlyMap<KeyId, KnownKey>): KnownKeys {
  return { find: (key) => keys.get(key) };
}

export function withBit(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = new Uint8Array(bytes);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}
