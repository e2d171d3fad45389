import { describeIdentity, parseIdentity } from "../identity/identity.ts";
import type { Incumbent, PluginRequest } from "./authority.ts";
import type { Capability } from "./capability.ts";
import { openEnrolment, standingOf } from "./enrolment.ts";
import type { IdentityChange } from "./policy.ts";
import { grantedScope, within } from "./scope.ts";

type Capabilities = ReadonlyMap<string, Capability<unknown, unknown>>;

/** What a policy is asked about a name that another maker has. Throws `grant-scope`. */
export function identityChange(
  from: Incumbent,
  to: PluginRequest,
  capabilities: Capabilities,
): IdentityChange {
  const asks = standingOf(openEnrolment(to, capabilities));
  const known = parseIdentity(from.identity);
  return {
    plugin: to.name,
    from: { identity: known, maker: describeIdentity(known), version: from.version },
    to: { identity: to.identity, maker: describeIdentity(to.identity), version: to.version },
    asks,
    added: asks.filter(({ capability, scope }) => !asked(from, capability, scope, capabilities)),
  };
}

/** Whether the manifest of the plugin that had the name asked for that much. */
function asked(
  { asks }: Incumbent,
  name: string,
  scope: unknown,
  capabilities: Capabilities,
): boolean {
  const capability = capabilities.get(name);
  const before = asks.find((one) => one.capability === name);
  if (before === undefined || capability === undefined) return before !== undefined;
  try {
    return within(capability, scope, grantedScope(capability, before.scope));
  } catch {
    return false;
  }
}
