import { TenonError } from "../errors.ts";
import type { Capability, ScopeIssue } from "./capability.ts";
import { schemaIssueText } from "./schema-issues.ts";
import { visibleText } from "../visible-text.ts";

/** A scope nests no deeper than a manifest does. */
const maxDepth = 16;

export type ScopeReading =
  | { readonly ok: true; readonly scope: unknown }
  | { readonly ok: false; readonly issues: readonly ScopeIssue[] };

/** Reads a scope by the capability's schema. `undefined` is read as `{}`; what comes out is frozen. */
export function readScope(capability: Capability<unknown, unknown>, value: unknown): ScopeReading {
  try {
    const read = capability.scope.safeParse(value === undefined ? {} : value, {
      error: schemaIssueText,
    });
    if (!read.success) return { ok: false, issues: read.error.issues };
    // A copy: what a schema passes through is still the caller's object.
    const scope = frozenCopy(read.data, 0);
    return { ok: true, scope };
  } catch (cause) {
    return { ok: false, issues: [{ path: [], message: String(cause) }] };
  }
}

/**
 * Reads a scope that the host's user wrote. Throws `grant-scope` with `data.capability` and
 * `data.issues`.
 */
export function grantedScope(capability: Capability<unknown, unknown>, value: unknown): unknown {
  const read = readScope(capability, value);
  if (read.ok) return read.scope;
  const issues = read.issues.map(({ path, message }) => ({ path: path.map(String), message }));
  const first = issues[0];
  throw new TenonError(
    "grant-scope",
    `a scope for "${capability.name}" is not valid${first ? `: ${placed(first)}` : ""}`,
    { data: { capability: capability.name, issues } },
  );
}

/** Says of which key an issue is, where it is not of the whole scope. */
function placed({ path, message }: { readonly path: string[]; readonly message: string }): string {
  return path.length === 0 ? message : `${visibleText(path.join("."), { limit: 60 })}: ${message}`;
}

/**
 * Whether all of `inner` lies within `outer`, as far as intersecting them tells: where they cross
 * in part, or come out in another order, the answer is no.
 */
export function within(
  capability: Capability<unknown, unknown>,
  inner: unknown,
  outer: unknown,
): boolean {
  return sameJson(capability.intersect(inner, outer), inner);
}

/**
 * Equality of JSON values. An array's order counts, an object's does not; a property that is
 * undefined is not there.
 */
export function sameJson(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => sameJson(item, other[index]))
    );
  }
  const left = definedEntries(one);
  const right = new Map(definedEntries(other));
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
  );
}

function definedEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

function frozenCopy(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth === maxDepth) throw new RangeError(`a scope nests at most ${maxDepth} deep`);
  if (Array.isArray(value)) return Object.freeze(value.map((item) => frozenCopy(item, depth + 1)));
  const entries = Object.entries(value).map(([key, item]) => [key, frozenCopy(item, depth + 1)]);
  return Object.freeze(Object.fromEntries(entries) as object);
}
