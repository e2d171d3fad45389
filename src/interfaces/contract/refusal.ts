import { WitError } from "../../errors.ts";
import type { Refusal } from "../generated/host/types.ts";

/** Makes `err(refusal)`, for functions whose error is `refusal` itself. */
export function refusal(refusal: Refusal): WitError<Refusal> {
  return new WitError(refusal, `refused: ${refusal.tag}`);
}

/** Makes `err(refused(refusal))`, for interfaces with an error variant of their own. */
export function refused(
  refusal: Refusal,
): WitError<{ readonly tag: "refused"; readonly val: Refusal }> {
  return new WitError({ tag: "refused", val: refusal }, `refused: ${refusal.tag}`);
}

export function denied(reason: string): Refusal {
  return { tag: "denied", val: reason };
}

export function unavailable(what: string): Refusal {
  return { tag: "unavailable", val: what };
}

/** `limit` names the limit and says its value. */
export function quota(limit: string): Refusal {
  return { tag: "quota", val: limit };
}

/** The `refuse` of interfaces whose every error is `refusal`. */
export function refuseWithRefusal(
  _functionName: string,
  reason: string,
): { readonly throw: unknown } {
  return { throw: refusal(denied(reason)) };
}

/** The `refuse` of interfaces with an error variant of their own. */
export function refuseWithError(
  _functionName: string,
  reason: string,
): { readonly throw: unknown } {
  return { throw: refused(denied(reason)) };
}
