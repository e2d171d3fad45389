// What is known of a thread that was lost, and the errors of its instances' calls.
import { TenonError } from "../../errors.ts";
import type { ThreadEnd } from "../../platform/threads.ts";
import type { Suspect } from "../suspects.ts";

/**
 * `memory`: it used up its JavaScript heap. `hang`: it did not answer, and was ended. `failed`: it ended
 * by itself for another reason.
 */
export type LossKind = "memory" | "hang" | "failed";

export interface ThreadLoss {
  readonly why: LossKind;
  /** The parties that may have caused it. */
  readonly suspects: readonly Suspect[];
}

const WHAT: Readonly<Record<LossKind, string>> = {
  memory: "used up its memory",
  hang: "stopped answering",
  failed: "failed",
};

/** Where guests run that are not on the caller's thread, and more of what happened there. */
export interface LostPlace {
  /** Default: `thread`. */
  readonly place?: "thread" | "process" | undefined;
  readonly detail?: string;
}

/** The error for the party that caused it. `data.kind` is for the crash that this becomes. */
export function culpritError(
  why: LossKind,
  { place = "thread", detail = "" }: LostPlace = {},
): TenonError {
  return new TenonError(
    "isolate-failed",
    `It had a ${place} for itself, which ${WHAT[why]}${detail}.`,
    { data: { alone: true, why, kind: `${place}-${why}` } },
  );
}

/**
 * The error for all other parties. `data.again`: the call had not asked the host for anything,
 * and can be repeated.
 */
export function bystanderError(
  why: LossKind,
  again: boolean,
  { place = "thread", detail = "" }: LostPlace = {},
): TenonError {
  const what =
    place === "thread" ? "thread that the plugin shared with others" : "process of the plugin";
  const then = again
    ? `It is made again in another ${place}.`
    : "It may have been carried out in part: check before you make it again.";
  return new TenonError(
    "isolate-failed",
    `The ${what} ${WHAT[why]}${detail}. That is not this call's fault, nor is this plugin known to have caused it; it is started again by its next event. ${then}`,
    { data: { why, again } },
  );
}

/** Whether an error says that a thread was lost or is stuck, whoever caused that. */
export function isLost(error: unknown): error is TenonError {
  return error instanceof TenonError && error.code === "isolate-failed" && "why" in error.data;
}

/**
 * Returns a function that makes the errors of those who waited for a thread: one for the `culprit`,
 * where it is known, and one for all others. `loss` undefined: the host ended the thread.
 */
export function failureOf(
  loss: ThreadLoss | undefined,
  culprit: string | undefined,
  how: LostPlace = {},
): (party: string | undefined, again: boolean) => TenonError {
  return (party, again) => {
    if (loss === undefined) return endedError(how);
    return party !== undefined && party === culprit
      ? culpritError(loss.why, how)
      : bystanderError(loss.why, again, how);
  };
}

function endedError({ place = "thread" }: LostPlace): TenonError {
  const message = `The ${place} of the plugin was ended before it answered.`;
  return new TenonError("isolate-failed", message);
}

/** The party that caused a loss, where only one was on the thread. */
export function onlyOne({ suspects }: ThreadLoss): string | undefined {
  const parties = new Set(suspects.map(({ party }) => party));
  return parties.size === 1 ? [...parties][0] : undefined;
}

/** The loss of a thread that ended by itself. */
export function lossOf(end: ThreadEnd): readonly [why: LossKind, detail: string] {
  return end.tag === "out-of-memory" ? ["memory", ""] : ["failed", ` (${end.message})`];
}
