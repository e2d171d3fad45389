import { lacksMemory } from "../../component/engine.ts";
import type { TenonError } from "../../errors.ts";
import type { CallTime } from "../calls/call-time.ts";
import {
  crash,
  type EndReason,
  interfaceFailed,
  interfaceFault,
  isInterrupted,
  shownCause,
  swept,
} from "../calls/outcome.ts";
import type { Allowance } from "../limits/allowance.ts";
import { limitOf } from "../limits/limit-error.ts";

export type InstanceState =
  | { readonly tag: "live" }
  /** `reason`: why the host ended it. Undefined: it ended by itself. */
  | { readonly tag: "ended"; readonly error: TenonError; readonly reason: EndReason | undefined };

/** What decides how an instance's failure is told and counted. */
export interface EndPowers {
  readonly plugin: string;
  readonly allowance: Pick<Allowance, "passed" | "error" | "endedBy">;
  readonly time: Pick<CallTime, "ms" | "cpuEnded">;
}

/**
 * How an instance ends whose call of `operation` failed with `error`, which is no `err` of the
 * guest. Counts it on the plugin's allowance.
 */
export function endOfFailure(
  powers: EndPowers,
  operation: string,
  error: unknown,
): Extract<InstanceState, { tag: "ended" }> {
  const { plugin, allowance, time } = powers;
  const by = (why: TenonError, reason?: EndReason) =>
    ({ tag: "ended", error: why, reason }) as const;
  const cause = shownCause(error);
  if (lacksMemory(error)) return by(allowance.error("instances", operation, { cause }));
  const limit = isInterrupted(error) && time.cpuEnded ? "cpu" : limitOf(cause, plugin);
  if (limit !== undefined) return by(allowance.passed(limit, operation, "stop", { cause }));
  if (isInterrupted(error)) return by(missedDeadline(powers, operation), "deadline");
  return by(swept(plugin, operation, error) ?? byItself(powers, operation, error));
}

/** The call under way has missed its deadline. */
export function missedDeadline({ allowance, time }: EndPowers, operation: string): TenonError {
  return allowance.passed("deadline", operation, "stop", { value: time.ms });
}

/** The instance was ended by its own doing, or by that of a host interface. */
function byItself({ plugin, allowance }: EndPowers, operation: string, error: unknown): TenonError {
  const fault = interfaceFault(error, plugin);
  if (fault === undefined) return crash(plugin, operation, error);
  allowance.endedBy(fault.interface, fault.told);
  return interfaceFailed(plugin, operation, fault);
}
