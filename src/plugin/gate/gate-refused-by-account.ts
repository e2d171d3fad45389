import type { InterfaceDefinition } from "../../interfaces/define.ts";
import { refuse, type GatePowers } from "./gate-outcome.ts";
import { HostFault } from "./host-fault.ts";

export interface RefusedCall {
  readonly definition: InterfaceDefinition;
  readonly name: string;
  readonly operation: string;
  /** Whether the function may return a promise. */
  readonly mayWait: boolean;
}

/**
 * What a call returns that the plugin's account with the interface does not admit: the breaker is
 * open, or there were too many calls in this second. `again` makes the call again.
 */
export function refusedByAccount(
  call: RefusedCall,
  powers: GatePowers,
  again: () => unknown,
): unknown {
  const { definition, name, operation, mayWait } = call;
  const { allowance, timers } = powers;
  const account = allowance.account(definition.name);
  const capability = definition.capability?.name ?? "";
  if (account.refusedBy === "breaker") {
    const reason = "it failed too often, and is left alone for a while";
    return refuse(definition, name, operation, capability, reason, powers, "left-alone");
  }
  const policy = allowance.policies.hostCalls;
  if (policy === "throttle" && mayWait) {
    allowance.passed("hostCalls", operation, "throttle");
    return new Promise<void>((resolve) => {
      const release = powers.own(
        timers.after(Math.max(1, account.waitMs), () => {
          release();
          resolve();
        }),
      );
    }).then(again);
  }
  const refusing = policy === "refuse" || policy === "throttle";
  const error = allowance.passed("hostCalls", operation, refusing ? "refuse" : "stop");
  if (!refusing) throw new HostFault(operation, "refused", error);
  return refuse(definition, name, operation, capability, error, powers);
}
