import { describeIdentity, type Identity } from "../identity/identity.ts";
import type { CapabilityRequest, PluginRequest, Standing } from "./authority.ts";
import type { Capability } from "./capability.ts";
import { Holding, sentenceFor } from "./holding.ts";
import type { PolicyRequest } from "./policy.ts";
import { grantedScope, within } from "./scope.ts";
import { visibleText } from "../visible-text.ts";

/** What a plugin asks for in its manifest, and what it holds of each. */
export interface Enrolment {
  readonly name: string;
  readonly version: string;
  readonly identity: Identity;
  /** Which of the capabilities asked for this host has, and which it does not have. */
  readonly holdings: ReadonlyMap<string, Holding>;
  readonly unavailable: ReadonlyMap<string, CapabilityRequest>;
  /** In the manifest's order. */
  readonly order: readonly string[];
}

/** Throws `grant-scope`. */
export function openEnrolment(
  plugin: PluginRequest,
  capabilities: ReadonlyMap<string, Capability<unknown, unknown>>,
): Enrolment {
  const holdings = new Map<string, Holding>();
  const unavailable = new Map<string, CapabilityRequest>();
  for (const asked of plugin.requests) {
    const request = { ...asked, reason: visibleText(asked.reason) };
    const capability = capabilities.get(asked.capability);
    if (!capability) {
      unavailable.set(asked.capability, request);
      continue;
    }
    const scope = grantedScope(capability, asked.scope);
    holdings.set(asked.capability, new Holding(capability, { ...request, scope }));
  }
  const order = [...new Set(plugin.requests.map((request) => request.capability))];
  const { name, version, identity } = plugin;
  return { name, version, identity, holdings, unavailable, order };
}

/** The question that a policy is asked. */
export function question(
  enrolment: Enrolment,
  { capability, request }: Holding,
  scope: unknown,
  reason: string,
  during: "install" | "call",
): PolicyRequest {
  return {
    plugin: enrolment.name,
    version: enrolment.version,
    identity: enrolment.identity,
    maker: describeIdentity(enrolment.identity),
    capability: capability.name,
    scope,
    sentence: sentenceFor(capability, scope),
    reason,
    optional: request.optional,
    during,
    within: (outer) => within(capability, scope, grantedScope(capability, outer)),
    intersect: (one, other) =>
      capability.intersect(grantedScope(capability, one), grantedScope(capability, other)),
  };
}

export function standingOf(enrolment: Enrolment): readonly Standing[] {
  return enrolment.order.map((name) => {
    const holding = enrolment.holdings.get(name);
    if (holding) return holding.standing();
    const { capability, scope, reason, optional } = enrolment.unavailable.get(name)!;
    const sentence = `may use ${visibleText(capability, { limit: 64 })}, which this host does not have`;
    return { capability, scope, granted: [], sentence, status: "unavailable", optional, reason };
  });
}
