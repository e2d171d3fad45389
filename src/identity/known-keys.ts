import type { KeyId } from "./identity.ts";

/** What is known here of a publisher's key. */
export interface KnownKey {
  /** What this host's user calls it. */
  readonly name?: string | undefined;
  /** Set where the key must not be trusted any more. */
  readonly revoked?: Revocation | undefined;
}

/** That a key must not be trusted any more, and why. */
export interface Revocation {
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** For a person. It may be the publisher's words. */
  readonly reason: string;
}

/**
 * The keys that this host's user has heard of. A key need not be known to be verified: what matters
 * for an update is that it is the same one as before. Known are names for people, and revocations.
 */
export interface KnownKeys {
  /** What is known of a key. Undefined: nothing. */
  find(key: KeyId): KnownKey | undefined | Promise<KnownKey | undefined>;
}

/** Knows none. */
export const noKnownKeys: KnownKeys = Object.freeze({ find: () => undefined });
