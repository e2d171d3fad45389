// The capabilities of a host by their names, and whether a policy's rules are about them.
import { TenonError } from "../errors.ts";
import type { Capability } from "./capability.ts";
import type { Policy } from "./policy.ts";
import { grantedScope } from "./scope.ts";

type Capabilities = ReadonlyMap<string, Capability<unknown, unknown>>;

/** Throws `interface-duplicate` where two different capabilities have one name. */
export function knownCapabilities(all: Iterable<Capability<unknown, unknown>>): Capabilities {
  const capabilities = new Map<string, Capability<unknown, unknown>>();
  for (const capability of all) {
    const known = capabilities.get(capability.name);
    if (known && known !== capability) {
      const message = `two capabilities are called "${capability.name}"; rename one of them`;
      throw new TenonError("interface-duplicate", message, { data: { name: capability.name } });
    }
    capabilities.set(capability.name, capability);
  }
  return capabilities;
}

/**
 * Throws `grant-unknown` for a capability that the host does not have, and `grant-scope` for a scope
 * that the capability's schema refuses.
 */
export function checkRules({ names = [], scopes = [] }: Policy, capabilities: Capabilities): void {
  const unknown = names.filter((name) => !capabilities.has(name));
  if (unknown.length > 0) {
    const offered = [...capabilities.keys()];
    throw new TenonError(
      "grant-unknown",
      `the policy names what this host does not have: ${unknown.join(", ")}. ` +
        `It has: ${offered.join(", ") || "nothing"}`,
      { data: { unknown, offered } },
    );
  }
  for (const { capability, scope } of scopes) {
    const of = capabilities.get(capability);
    if (of !== undefined) grantedScope(of, scope);
  }
}
