/**
 * Why a call of the host's ended its guest. `threw`: the implementation threw what is no WitError, or
 * rejected with it. The others are of calls that were not made, and whose WIT type has no way to say so:
 * `refused`, `unavailable` on this host, or `left-alone`, because the interface failed too often.
 */
export type HostFaultReason = "threw" | "refused" | "unavailable" | "left-alone";

const SAID: Readonly<Record<HostFaultReason, string>> = {
  threw: "failed in the host",
  refused: "was refused",
  unavailable: "was unavailable",
  "left-alone": "failed too often, and is left alone for a while",
};

/**
 * The host itself failed a plugin's call. It ends the instance; its text is for the host's user, never
 * for the guest.
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
