// tenon/identity: keys, and signatures of packages. A host verifies signatures by itself; only who
// makes keys and signs needs this entry.
export { generateKey, keyId, openKey } from "./ed25519.ts";
export type { SigningKey } from "./ed25519.ts";
export { verifyPackage } from "./identify.ts";
export type { PackageParts } from "./identify.ts";
export { readCard, writeCard } from "./key-card.ts";
export type { KeyCard } from "./key-card.ts";
export { describeIdentity, identityText } from "./identity.ts";
export type { Identity, KeyId } from "./identity.ts";
export type { KnownKey, KnownKeys, Revocation } from "./known-keys.ts";
export { revoke, signPackage, vouch, withSignature } from "./sign.ts";
export type { SignOptions } from "./sign.ts";
export type { RotationLink } from "./signature.ts";
