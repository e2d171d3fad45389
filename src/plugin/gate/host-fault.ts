/**
 * Why a call of the host's ended its guest. `threw`: the implementation threw, or rejected with,
 * something other than a WitError. The others are reasons for which a call was not made, where the
 * function's WIT type can't express that: `refused`; `unavailable` on this host; `left-alone`,
 * because the interface failed too often.
 */
export type HostFaultReason = "threw" | "refused" | "unavailable" | "left-alone";

const SAID: Readonly<Record<HostFaultReason, string>> = {
  threw: "failed in the host",
  refused: "was refused",
  unavailable: "was unavailable",
  "left-alone": "failed too often, and is left alone for a while",
};

/**
 * The host failed a plugin's call. Ends the instance. The text is for the host's user, never for
 * the guest.
 */
export class HostFault extends Error {
  override readonly name = "HostFault";
  /** `tenon:plugin/http@0.1.0#fetch` */
  readonly operation: string;
  readonly reason: HostFaultReason;

  constructor(operation: string, reason: HostFaultReason, cause?: unknown) {
    super(`${operation} ${SAID[reason]}`, { cause });
    this.operation = operation;
    this.reason = reason;
  }
}

const refusal: unique symbol = Symbol("refusal");

/**
 * Marks the `err` with which an interface refuses a call. A function whose type has no `err` ends
 * its guest with it: that was the refusal, and the interface has not failed.
 */
export function asRefusal(answer: unknown, fault: HostFault): unknown {
  if (typeof answer === "object" && answer !== null) {
    Reflect.defineProperty(answer, refusal, { value: fault, configurable: true });
  }
  return answer;
}

/** The refusal that an `err` was made for. */
export function refusalOf(error: unknown): HostFault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  return Reflect.getOwnPropertyDescriptor(error, refusal)?.value as HostFault | undefined;
}
