import type { z } from "zod";

/**
 * What can be asked for: one definition for each host interface that needs a grant.
 * `Scope` is the JSON value that says how far a request or a grant goes; `Use` is one concrete
 * thing that the plugin is about to do.
 *
 * Scopes are values: `intersect` and `covers` never change one (the authority freezes them).
 * Laws: an intersection covers a use only if both sides cover it, whichever comes first, and the
 * intersection of a scope with itself, or with a wider one, is that scope (equal as JSON).
 */
export interface Capability<Scope, Use> {
  /** As manifests and policies name it: `http`, `kv`, `acme.calendar`. */
  readonly name: string;
  /**
   * Reads a scope of a manifest or a policy. A scope that is left out is read as `{}`: a schema
   * that accepts that has a default scope, and it must be the narrowest useful one.
   */
  readonly scope: z.ZodType<Scope>;
  /** One sentence for the person who consents, without a subject: `may contact api.example.com`. */
  describe(scope: Scope): string;
  /** What is both requested and granted; undefined where nothing is left. */
  intersect(requested: Scope, granted: Scope): Scope | undefined;
  /** Whether a scope covers one use; otherwise the reason, for a person. */
  covers(scope: Scope, use: Use): true | string;
}

/** Binds the types of a definition; at run time it returns its argument. */
export function defineCapability<Scope, Use>(
  capability: Capability<Scope, Use>,
): Capability<Scope, Use> {
  return capability;
}
