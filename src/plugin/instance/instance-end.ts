import { lacksMemory } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { rulesOf } from "../../interfaces/functions.ts";
import type { CallScene } from "../calls/call-scene.ts";
import type { CallTime } from "../calls/call-time.ts";
import {
  callRefused,
  crash,
  type EndReason,
  interfaceFailed,
  interfaceFault,
  interfaceLate,
  type InterfaceFault,
  isInterrupted,
  othersFault,
  shownCause,
  swept,
} from "../calls/outcome.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { ImportLink } from "../package/import-links.ts";
import { limitOf } from "../limits/limit-error.ts";

export type InstanceState =
  | { readonly tag: "live" }
  /** `reason`: why the host ended it. Undefined: it ended by itself. */
  | { readonly tag: "ended"; readonly error: TenonError; readonly reason: EndReason | undefined };

/**
 * What decides how an instance's failure is told and counted. Made by PluginInstance
 * (`instance.ts`).
 */
export interface EndPowers {
  readonly plugin: string;
  readonly allowance: Pick<Allowance, "passed" | "error" | "endedBy">;
  readonly time: Pick<CallTime, "ms" | "cpuEnded" | "heldUp">;
  /** How the imports of the package are served. */
  readonly links: readonly ImportLink[];
  readonly scene: Pick<CallScene, "facts">;
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

/**
 * The call under way has missed its deadline. Where it was held up by an interface of the
 * application's, the interface has failed, and not the plugin.
 */
export function missedDeadline(powers: EndPowers, operation: string): TenonError {
  const { plugin, allowance, time } = powers;
  const { awaited, late } = time.heldUp;
  const by = awaited ?? late;
  if (by !== undefined) {
    const error = interfaceLate(plugin, operation, by, time.ms);
    // The account counts by itself what the instance waited for.
    allowance.endedBy(error.data.interface, awaited !== undefined);
    return error;
  }
  return allowance.passed("deadline", operation, "stop", { value: time.ms });
}

/** The instance was ended by its own doing, or by that of the host's side. */
function byItself(powers: EndPowers, operation: string, error: unknown): TenonError {
  const { plugin, allowance, links } = powers;
  const refused = callRefused(plugin, operation, error);
  if (refused !== undefined) {
    // A plugin that calls it each time is not started for ever.
    allowance.endedBy(refused.data.interface, false);
    return refused;
  }
  const fault = interfaceFault(error, plugin);
  if (fault !== undefined) {
    allowance.endedBy(fault.interface, fault.told);
    const lacking = isLackOfJspi(fault, links);
    return (lacking ? cannotWait : interfaceFailed)(plugin, operation, fault);
  }
  const others = othersFault(plugin, operation, error);
  return others ?? crash(plugin, operation, error, powers.scene.facts);
}

/** Whether an interface answered later, as it may, on a platform where the guest can't wait. */
function isLackOfJspi(
  { interface: name, function: called, cause }: InterfaceFault,
  links: readonly ImportLink[],
): boolean {
  if (!(cause instanceof TenonError) || cause.code !== "component-promise") return false;
  if ("Suspending" in WebAssembly) return false;
  return links.some(
    (link) =>
      link.tag === "served" &&
      link.import.name === name &&
      rulesOf(link.definition, called).waits === true,
  );
}

function cannotWait(plugin: string, operation: string, fault: InterfaceFault): TenonError {
  const { interface: name, function: called, cause } = fault;
  return new TenonError(
    "platform-unsupported",
    `"${plugin}" was ended in ${operation}: ${name}#${called} answers later, and a plugin on this thread can only wait where the platform has JSPI, which this one lacks. In a page, the headers of cross-origin isolation let plugins wait on threads of their own; see docs/pages.md.`,
    { plugin, operation, cause, data: { needed: "JSPI", interface: name, function: called } },
  );
}
