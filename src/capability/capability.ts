import type { z } from "zod";

/// What can be asked for: one definition for each host interface that needs a grant.
/// `Scope` is the JSON value that says how far a request or a grant goes; `Use` is one concrete
/// thing that the plugin is about to do.
export interface Capability<Scope, Use> {
  /// As manifests and policies name it: `http`, `kv`, `acme.calendar`.
  readonly name: string;
  readonly scope: z.ZodType<Scope>;
  /// One sentence for the person who consents, without a subject: `may contact api.example.com`.
  describe(scope: Scope): string;
  /// What is both requested and granted; undefined where nothing is left.
  intersect(requested: Scope, granted: Scope): Scope | undefined;
  /// Whether a scope covers one use; otherwise the reason, for a person.
  covers(scope: Scope, use: Use): true | string;
}

/// Binds the types of a definition; the identity at run time.
export function defineCapability<Scope, Use>(
  capability: Capability<Scope, Use>,
): Capability<Scope, Use> {
  return capability;
}
