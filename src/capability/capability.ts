import { checkFunction, checkOptions, checkShape, checkText } from "../options.ts";
import type { SchemaIssue } from "./schema-issues.ts";

/** What is wrong with a part of a scope. */
export interface ScopeIssue {
  /** Keys and indices from the scope to that part. Empty: the scope itself. */
  readonly path: readonly PropertyKey[];
  /** For the author of the manifest or the policy. */
  readonly message: string;
}

/** A scope that was read, or what is wrong with the value. Has the form of zod's results. */
export type ScopeResult<Scope> =
  | { readonly success: true; readonly data: Scope }
  | { readonly success: false; readonly error: { readonly issues: readonly ScopeIssue[] } };

/**
 * What reads a scope: a schema of zod's, of `zod` or the smaller `zod/mini`, or an object of one's own
 * with this function.
 */
export interface ScopeSchema<Scope> {
  /**
   * Whether a JSON value is a scope, and which. `options.error` words an issue; a schema with words of
   * its own need not ask it.
   */
  safeParse(
    value: unknown,
    options?: { readonly error: (issue: SchemaIssue) => string | undefined },
  ): ScopeResult<Scope>;
}

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
   * Reads a scope of a manifest or a policy. A scope that is left out is read as `{}`. What a
   * schema makes of `{}` is the default scope: it must be the narrowest one that is of use.
   */
  readonly scope: ScopeSchema<Scope>;
  /** One sentence for the person who consents, without a subject: `may contact api.example.com`. */
  describe(scope: Scope): string;
  /** What is both requested and granted; undefined where nothing is left. */
  intersect(requested: Scope, granted: Scope): Scope | undefined;
  /** Whether a scope covers one use; otherwise the reason, for a person. */
  covers(scope: Scope, use: Use): true | string;
}

/**
 * Binds the types of a definition; at run time it returns its argument. Throws `usage` for a
 * definition that lacks something.
 */
export function defineCapability<Scope, Use>(
  capability: Capability<Scope, Use>,
): Capability<Scope, Use> {
  checkOptions("what defineCapability is given", capability);
  const { name, scope } = capability;
  checkText("the name of a capability", name);
  checkShape(`scope of ${name}`, scope, ["safeParse"], "a schema with safeParse, such as zod's");
  for (const part of ["describe", "intersect", "covers"] as const) {
    checkFunction(`${part} of ${name}`, capability[part]);
  }
  return capability;
}
