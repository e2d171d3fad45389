import { WitError } from "../../errors.ts";
import type { Refusal } from "../generated/host/types.ts";

/** Answers `err(refusal)`: for functions whose error is `refusal` itself. */
export function refusal(refusal: Refusal): WitError<Refusal> {
  return new WitError(refusal, `refused: ${refusal.tag}`);
}

/** Answers `err(refused(refusal))`: for interfaces with an error variant of their own. */
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

/** `limit` names the limit and its value. */
export function quota(limit: string): Refusal {
  return { tag: "quota", val: limit };
}

/** `refuse` of interfaces whose every error is `refusal`. */
export function refuseWithRefusal(
  _functionName: string,
  reason: string,
): { readonly throw: unknown } {
  return { throw: refusal(denied(reason)) };
}

/** `refuse` of interfaces with an error variant of their own. */
export function refuseWithError(
  _functionName: string,
  reason: string,
): { readonly throw: unknown } {
  return { throw: refused(denied(reason)) };
}
