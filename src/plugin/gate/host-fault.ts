/**
 * The host itself failed a plugin's call: an implementation threw what is no WitError, or a call
 * was refused whose WIT type has no way to say so. It ends the instance; its text is for the
 * host's user, never for the guest.
 */
export class HostFault extends Error {
  override readonly name = "HostFault";
  /** `tenon:plugin/http@0.1.0#fetch` */
  readonly operation: string;
  readonly reason: "threw" | "refused" | "unavailable";

  constructor(operation: string, reason: "threw" | "refused" | "unavailable", cause?: unknown) {
    super(`${operation} ${reason === "threw" ? "failed in the host" : `was ${reason}`}`, { cause });
    this.operation = operation;
    this.reason = reason;
  }
}
