import type { ContentfulStatusCode } from "hono/utils/http-status";
import { TenonError, type TenonErrorCode, visibleText } from "tenon";
import { OverLimit } from "./accounts.ts";

/** What a code of Tenon's means to who made the request. All others of a package are 422. */
const STATUS: Partial<Record<TenonErrorCode, ContentfulStatusCode>> = {
  "plugin-unknown": 404,
  "command-unknown": 404,
  "command-input": 400,
  "command-failed": 422,
  "command-cancelled": 499 as ContentfulStatusCode,
  "command-duplicate": 409,
  "plugin-installed": 409,
  "plugin-downgrade": 409,
  "identity-changed": 409,
  "signature-missing": 409,
  "call-aborted": 499 as ContentfulStatusCode,
  "plugin-busy": 429,
  "plugin-deadline": 504,
  "plugin-activation": 502,
  "plugin-crashed": 502,
  "plugin-failing": 503,
  "plugin-quarantined": 503,
  "plugin-disabled": 503,
  "host-closed": 503,
};

/** Whose fault these are is the plugin's, whichever limit it was. */
const OF_PLUGIN = /^(?:limit|package|manifest|component|signature|key|call|plugin)-/u;

export interface Failure {
  readonly status: ContentfulStatusCode;
  readonly error: { readonly code: string; readonly message: string };
}

/** What a request is told that failed. A plugin's words in it are made harmless. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OverLimit) {
    return { status: 429, error: { code: "over-limit", message: error.message } };
  }
  if (!(error instanceof TenonError)) {
    return { status: 500, error: { code: "fault", message: "a fault of the server's" } };
  }
  const { code } = error;
  const message = visibleText(error.message, { limit: 1_000 });
  const status = STATUS[code] ?? (OF_PLUGIN.test(code) ? 422 : 500);
  return { status, error: { code, message } };
}
