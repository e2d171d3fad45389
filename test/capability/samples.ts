import { z } from "zod";
import type { AuthorityOptions } from "../../src/capability/authority.ts";
import { ringAudit, type RingAudit } from "../../src/capability/audit.ts";
import { defineCapability, type Capability } from "../../src/capability/capability.ts";
import { createAuthority } from "../../src/capability/create-authority.ts";
import type { Authority } from "../../src/capability/authority.ts";
import { ours } from "../identity/ours.ts";

export interface HostsScope {
  readonly hosts: readonly string[];
  readonly methods: readonly string[];
}

export interface HostsUse {
  readonly host: string;
  readonly method: string;
}

/** A capability with a scope in two dimensions, like `http`. */
export const hosts: Capability<HostsScope, HostsUse> = defineCapability({
  name: "hosts",
  scope: z.strictObject({
    hosts: z.array(z.string()).min(1),
    methods: z.array(z.string()).default(["GET"]),
  }),
  describe: (scope) => `may contact ${scope.hosts.join(", ")}`,
  intersect(requested, granted) {
    const hosts = requested.hosts.filter((host) => granted.hosts.includes(host));
    const methods = requested.methods.filter((method) => granted.methods.includes(method));
    return hosts.length > 0 && methods.length > 0 ? { hosts, methods } : undefined;
  },
  covers(scope, use) {
    if (!scope.hosts.includes(use.host)) return `${use.host} is not among the hosts`;
    return scope.methods.includes(use.method) || `${use.method} is not among the methods`;
  },
});

/** A capability without degrees, like `log`. */
export const flat: Capability<object, unknown> = defineCapability({
  name: "flat",
  scope: z.strictObject({}),
  describe: () => "may write to its log",
  intersect: (requested) => requested,
  covers: () => true,
});

export interface Bench {
  readonly authority: Authority;
  readonly audit: RingAudit;
  /** Milliseconds; turn it as you like. */
  readonly clock: { time: number; now(): number };
}

export function bench(
  policy: AuthorityOptions["policy"],
  capabilities: Iterable<Capability<unknown, unknown>> = [hosts, flat],
): Bench {
  const clock = {
    time: 1_000,
    now(): number {
      return clock.time;
    },
  };
  const audit = ringAudit();
  return { authority: createAuthority({ capabilities, policy, audit, clock }), audit, clock };
}

export function plugin(
  requests: Record<string, { scope?: unknown; reason?: string; optional?: boolean }>,
  name = "acme/reader",
) {
  return {
    name,
    version: "1.0.0",
    identity: ours,
    requests: Object.entries(requests).map(([capability, request]) => ({
      capability,
      scope: request.scope,
      reason: request.reason ?? "to do its work",
      optional: request.optional ?? false,
    })),
  };
}
