import { contractName } from "./contract/contract.ts";
import { type Caller, defineInterface, type InterfaceDefinition } from "./define.ts";
import type { FunctionTable } from "./functions.ts";
import type * as Contract from "./generated/host/capabilities.ts";
import { readGuestJson } from "./contract/guest-json.ts";
import type { Implementation } from "./contract/implementation.ts";

/**
 * The part of the authority that this interface needs: see `Authority` in capability/authority.ts.
 */
export interface CapabilitiesPower {
  status(caller: Caller, capability: string): Contract.Status;
  /** May take as long as the person takes to answer. `reason` is the plugin's words. */
  request(
    caller: Caller,
    capability: string,
    scope: unknown,
    reason: string,
  ): Contract.Status | Promise<Contract.Status>;
}

/** The longest texts that are passed on: capabilities.wit. */
const maxNameLength = 128;
const maxReasonLength = 200;
/** The same as for a whole manifest. */
const maxScopeBytes = 64 << 10;

const functions = {
  request: { waits: true, asksPerson: true },
} as const satisfies FunctionTable<typeof Contract>;

export function capabilitiesInterface(
  authority: CapabilitiesPower,
): InterfaceDefinition<unknown, unknown> {
  return defineInterface({
    name: contractName("capabilities"),
    functions,
    implement: ({ caller }) =>
      ({
        query: (capability) =>
          capability.length > maxNameLength ? "unavailable" : authority.status(caller, capability),
        request: (capability, scope, reason) => {
          if (capability.length > maxNameLength) return "unavailable";
          const read = readGuestJson(scope, maxScopeBytes);
          if (read.tag !== "value") return "refused";
          return authority.request(
            caller,
            capability,
            read.value,
            reason.slice(0, maxReasonLength),
          );
        },
      }) satisfies Implementation<typeof Contract, typeof functions>,
  });
}
