// What is known of a thread that was lost, and what the calls of its instances fail with.
import { TenonError } from "../../errors.ts";
import type { Suspect } from "../suspects.ts";

/**
 * `memory`: it used up its JavaScript heap. `hang`: it did not answer, and was ended. `failed`: it ended
 * by itself for another reason.
 */
export type LossKind = "memory" | "hang" | "failed";

export interface ThreadLoss {
  readonly why: LossKind;
  /** Those whose doing it may be. */
  readonly suspects: readonly Suspect[];
}

const WHAT: Readonly<Record<LossKind, string>> = {
  memory: "used up its memory",
  hang: "stopped answering",
  failed: "failed",
};

/** Of the party whose doing it was. `data.kind` is for the crash that it comes to. */
export function culpritError(why: LossKind, detail = ""): TenonError {
  return new TenonError(
    "isolate-failed",
    `It had a thread for itself, which ${WHAT[why]}${detail}.`,
    { data: { alone: true, why, kind: `thread-${why}` } },
  );
}

/** Of all others. `data.again`: the call had asked the host for nothing, and can be made again. */
export function bystanderError(why: LossKind, again: boolean, detail = ""): TenonError {
  const then = again
    ? "It is made again on another thread."
    : "It may have been carried out in part: look before you make it again.";
  return new TenonError(
    "isolate-failed",
    `The thread that the plugin shared with others ${WHAT[why]}${detail}. That is not this call's fault, nor is this plugin known to have caused it; it is started again by its next event. ${then}`,
    { data: { why, again } },
  );
}

/** Whether an error says that a thread was lost or is stuck, whosever doing that is. */
export function isLost(error: unknown): error is TenonError {
  return error instanceof TenonError && error.code === "isolate-failed" && "why" in error.data;
}
