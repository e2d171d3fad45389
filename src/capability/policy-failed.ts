import { TenonError } from "../errors.ts";
import { visibleText } from "../visible-text.ts";
import type { Decision } from "./policy.ts";

const TAGS: ReadonlySet<unknown> = new Set<Decision["tag"]>(["allow", "deny", "silent"]);
const LASTING: ReadonlySet<unknown> = new Set(["once", "session", "always"]);

/** Throws where a policy answered something else than a decision, for example a consent. */
export function checkDecision(given: unknown): asserts given is Decision {
  const { tag, lasts } = Object(given) as { readonly tag?: unknown; readonly lasts?: unknown };
  if (TAGS.has(tag) && (tag === "silent" || LASTING.has(lasts))) return;
  throw new TypeError(
    `a decision is { tag: "allow" | "deny", lasts: "once" | "session" | "always", … } or { tag: "silent" }; got ${shown(given, tag)}`,
  );
}

function shown(given: unknown, tag: unknown): string {
  if (typeof given !== "object" || given === null) return JSON.stringify(given) ?? typeof given;
  return `an object with the tag ${JSON.stringify(tag) ?? "undefined"}`;
}

/**
 * The error of a question whose policy failed. Errors with a code of their own stay as they are: the
 * store of decisions can't be read, a scope of the policy's is not valid.
 */
export function policyFailed(
  plugin: string,
  capability: string,
  operation: string,
  thrown: unknown,
): TenonError {
  if (thrown instanceof TenonError && thrown.code !== "policy-failed") return thrown;
  if (thrown instanceof TenonError) {
    const message = `${thrown.message} It was asked for "${plugin}", and nothing was granted.`;
    const { cause } = thrown;
    return new TenonError("policy-failed", message, {
      plugin,
      operation,
      cause,
      data: { capability },
    });
  }
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new TenonError(
    "policy-failed",
    `The application's policy failed when it was asked for "${capability}" of "${plugin}", and nothing was granted: ${said}`,
    { plugin, operation, cause: thrown, data: { capability } },
  );
}

/** `policy-failed`: a function of a capability of the application's own threw. */
export function capabilityFailed(capability: string, func: string, thrown: unknown): TenonError {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const message = visibleText(`${func} of the capability "${capability}" failed: ${said}`);
  return new TenonError("policy-failed", message, { cause: thrown, data: { capability } });
}
