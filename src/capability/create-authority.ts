import { checkDecision, policyFailed } from "./policy-failed.ts";
import { TenonError } from "../errors.ts";
import {
  describeIdentity,
  identityText,
  isSameMaker,
  parseIdentity,
} from "../identity/identity.ts";
import type { AuditDecision, AuditTrail } from "./audit.ts";
import type {
  Authority,
  AuthorityOptions,
  CapabilityStatus,
  Incumbent,
  Permission,
  Permit,
  PluginRequest,
  Standing,
} from "./authority.ts";
import type { Capability } from "./capability.ts";
import type { Enrolment } from "./enrolment.ts";
import { openEnrolment, question, standingOf } from "./enrolment.ts";
import type { Holding, Verdict } from "./holding.ts";
import type { Decision, IdentityDecision, Policy } from "./policy.ts";
import { Refusals } from "./refusals.ts";
import { grantedScope, readScope, within } from "./scope.ts";
import { visibleText } from "../visible-text.ts";
import { summarizeUse } from "./use-summary.ts";

const nothing: Permit = Object.freeze({ allowed: false });

/**
 * Throws `grant-unknown` where the policy names a capability that this host does not have, and
 * `interface-duplicate` where two different capabilities have one name.
 */
export function createAuthority(options: AuthorityOptions): Authority {
  const capabilities = new Map<string, Capability<unknown, unknown>>();
  for (const capability of options.capabilities) {
    const known = capabilities.get(capability.name);
    if (known && known !== capability) {
      const message = `two capabilities are called "${capability.name}"; rename one of them`;
      throw new TenonError("interface-duplicate", message, { data: { name: capability.name } });
    }
    capabilities.set(capability.name, capability);
  }
  const unknown = (options.policy.names ?? []).filter((name) => !capabilities.has(name));
  if (unknown.length > 0) {
    const offered = [...capabilities.keys()];
    throw new TenonError(
      "grant-unknown",
      `the policy names what this host does not have: ${unknown.join(", ")}. ` +
        `It has: ${offered.join(", ") || "nothing"}`,
      { data: { unknown, offered } },
    );
  }
  return new Grants(capabilities, options);
}

class Grants implements Authority {
  readonly #capabilities: ReadonlyMap<string, Capability<unknown, unknown>>;
  readonly #policy: Policy;
  readonly #audit: AuditTrail;
  readonly #clock: { now(): number };
  readonly #refusals: Refusals;
  readonly #failed: AuthorityOptions["failed"];
  readonly #enrolled: Map<string, Enrolment> = new Map();
  /**
   * The latest enrolment of a plugin that has not settled yet. A revocation that arrives before it
   * settles applies to it.
   */
  readonly #enrolling: Map<string, Enrolment> = new Map();
  readonly #watchers: Map<string, Set<() => void>> = new Map();

  constructor(
    capabilities: ReadonlyMap<string, Capability<unknown, unknown>>,
    options: AuthorityOptions,
  ) {
    this.#capabilities = capabilities;
    this.#policy = options.policy;
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#refusals = new Refusals(options.audit);
    this.#failed = options.failed;
  }

  async enroll(plugin: PluginRequest): Promise<readonly Standing[]> {
    const enrolment = openEnrolment(plugin, this.#capabilities);
    const before = this.#enrolled.get(plugin.name);
    const isUpdate =
      before !== undefined && isSameMaker(identityText(before.identity), plugin.identity);
    this.#enrolling.set(plugin.name, enrolment);
    try {
      for (const name of enrolment.order) {
        const holding = enrolment.holdings.get(name);
        if (!holding) {
          this.#note(plugin.name, "install", name, "refused", "this host does not have it");
          continue;
        }
        const held = isUpdate ? before.holdings.get(name) : undefined;
        if (held !== undefined && holding.inherit(held)) continue;
        const { scope, reason } = holding.request;
        await this.#ask(enrolment, holding, scope, reason, "install");
      }
      if (this.#enrolling.get(plugin.name) !== enrolment) {
        throw new TenonError(
          "plugin-unknown",
          `"${plugin.name}" was removed or enrolled anew while its capabilities were decided`,
          { plugin: plugin.name, operation: "install" },
        );
      }
      this.#enforce(enrolment);
    } finally {
      if (this.#enrolling.get(plugin.name) === enrolment) this.#enrolling.delete(plugin.name);
    }
    return standingOf(enrolment);
  }

  async settleIdentity(from: Incumbent, to: PluginRequest): Promise<IdentityDecision> {
    const asks = standingOf(openEnrolment(to, this.#capabilities));
    const known = parseIdentity(from.identity);
    const change = {
      plugin: to.name,
      from: { identity: known, maker: describeIdentity(known), version: from.version },
      to: { identity: to.identity, maker: describeIdentity(to.identity), version: to.version },
      asks,
      added: asks.filter(({ capability, scope }) => !this.#asked(from, capability, scope)),
    };
    const decision = (await this.#policy.decideIdentity?.(change)) ?? { tag: "silent" };
    const isAccepted = decision.tag === "accept";
    const what = isAccepted
      ? `takes over the name and ${decision.data === "fresh" ? "none of the data" : "the data"} of`
      : "may not take over the name of";
    this.#audit.write({
      at: this.#clock.now(),
      plugin: to.name,
      maker: identityText(to.identity),
      operation: "install",
      decision: isAccepted ? "granted" : "refused",
      reason: `the one that is ${change.to.maker} ${what} the one that is ${change.from.maker}`,
    });
    return decision;
  }

  /** Whether the manifest of the plugin that had the name asked for that much. */
  #asked({ asks }: Incumbent, name: string, scope: unknown): boolean {
    const capability = this.#capabilities.get(name);
    const before = asks.find((asked) => asked.capability === name);
    if (before === undefined || capability === undefined) return before !== undefined;
    try {
      return within(capability, scope, grantedScope(capability, before.scope));
    } catch {
      return false;
    }
  }

  enlist(plugin: PluginRequest): void {
    const enrolment = openEnrolment(plugin, this.#capabilities);
    for (const holding of enrolment.holdings.values()) holding.lapse();
    this.#enforce(enrolment);
  }

  may(
    plugin: string,
    capability: string,
    use?: unknown,
    operation: string = capability,
    told: () => unknown = () => undefined,
  ): Permission<unknown> {
    const verdict = this.#verdict(plugin, capability, use);
    if (!verdict.allowed) {
      const { failure } = verdict;
      const shown = use ?? told();
      this.#refusals.write({
        at: this.#clock.now(),
        plugin,
        ...this.#maker(plugin),
        capability,
        operation,
        ...(shown === undefined ? {} : { use: summarizeUse(shown) }),
        decision: "refused",
        reason: failure === undefined ? verdict.reason : failure.message,
      });
      if (failure !== undefined) {
        if (this.#enrolled.get(plugin)?.holdings.get(capability)?.tellsOfFailure() === true) {
          this.#failed?.(plugin, failure);
        }
        return { allowed: false, reason: verdict.reason };
      }
    }
    return verdict;
  }

  holds(plugin: string, capability: string, use: unknown): boolean {
    return this.#verdict(plugin, capability, use).allowed;
  }

  permit(plugin: string, capability: string): Permit {
    return this.#enrolled.get(plugin)?.holdings.get(capability)?.permit ?? nothing;
  }

  status(plugin: string, capability: string): CapabilityStatus {
    if (!this.#capabilities.has(capability)) return "unavailable";
    return this.#enrolled.get(plugin)?.holdings.get(capability)?.status ?? "refused";
  }

  async request(
    plugin: string,
    capability: string,
    scope: unknown,
    reason: string,
  ): Promise<CapabilityStatus> {
    const enrolment = this.#enrolled.get(plugin);
    const holding = enrolment?.holdings.get(capability);
    if (!enrolment || !holding) {
      const name = visibleText(capability, { limit: 64 });
      this.#note(plugin, "request", name, "refused", "the manifest does not ask for it");
      return this.status(plugin, capability);
    }
    const read = readScope(holding.capability, scope);
    const wanted = read.ok
      ? holding.capability.intersect(holding.request.scope, read.scope)
      : undefined;
    if (wanted === undefined) {
      const why = read.ok ? "the manifest does not ask for that much" : "that is not a scope of it";
      this.#note(plugin, "request", capability, "refused", why);
      return "refused";
    }
    if (holding.holds(wanted)) return "granted";
    if (holding.closed !== undefined) {
      this.#note(plugin, "request", capability, "refused", holding.closed, wanted);
      return "refused";
    }
    await this.#ask(enrolment, holding, wanted, visibleText(reason), "call");
    if (this.#enrolled.get(plugin) !== enrolment) return this.status(plugin, capability);
    if (holding.holds(wanted)) return "granted";
    return holding.closed === undefined ? "askable" : "refused";
  }

  async revoke(plugin: string, capability: string): Promise<void> {
    for (const enrolment of [this.#enrolled.get(plugin), this.#enrolling.get(plugin)]) {
      enrolment?.holdings.get(capability)?.revoke();
    }
    this.#changed(plugin);
    this.#note(plugin, "revoke", capability, "revoked", "it was taken back");
    await this.#policy.forget?.(plugin, capability);
  }

  watch(plugin: string, changed: () => void): () => void {
    let watchers = this.#watchers.get(plugin);
    if (watchers === undefined) this.#watchers.set(plugin, (watchers = new Set()));
    watchers.add(changed);
    const all = watchers;
    return () => {
      all.delete(changed);
      if (all.size === 0 && this.#watchers.get(plugin) === all) this.#watchers.delete(plugin);
    };
  }

  #changed(plugin: string): void {
    for (const changed of this.#watchers.get(plugin) ?? []) changed();
  }

  endOfInstance(plugin: string): void {
    const enrolment = this.#enrolled.get(plugin);
    for (const holding of enrolment?.holdings.values() ?? []) holding.endOfInstance();
    this.#changed(plugin);
    this.#refusals.settle(plugin);
  }

  async renew(plugin: string): Promise<readonly Standing[]> {
    const enrolment = this.#enrolled.get(plugin);
    if (!enrolment) return [];
    for (const holding of enrolment.holdings.values()) {
      const { scope, reason } = holding.request;
      if (holding.lapsed) await this.#ask(enrolment, holding, scope, reason, "install");
    }
    return standingOf(enrolment);
  }

  standing(plugin: string, request?: PluginRequest): readonly Standing[] {
    const enrolment = this.#enrolled.get(plugin);
    if (enrolment) return standingOf(enrolment);
    if (!request) return [];
    try {
      return standingOf(openEnrolment(request, this.#capabilities));
    } catch {
      return [];
    }
  }

  async forget(plugin: string): Promise<void> {
    for (const holding of this.#enrolled.get(plugin)?.holdings.values() ?? []) holding.end();
    this.#enrolled.delete(plugin);
    this.#enrolling.delete(plugin);
    this.#changed(plugin);
    this.#refusals.settle(plugin);
    await this.#policy.forget?.(plugin);
  }

  #enforce(enrolment: Enrolment): void {
    const before = this.#enrolled.get(enrolment.name);
    for (const holding of before?.holdings.values() ?? []) holding.end();
    this.#enrolled.set(enrolment.name, enrolment);
    for (const [name, holding] of enrolment.holdings) holding.begin(before?.holdings.get(name));
    this.#changed(enrolment.name);
  }

  #verdict(plugin: string, capability: string, use: unknown): Verdict {
    const enrolment = this.#enrolled.get(plugin);
    if (!enrolment) return { allowed: false, reason: "the plugin is not installed" };
    const holding = enrolment.holdings.get(capability);
    if (holding) return holding.check(use);
    const reason = this.#capabilities.has(capability)
      ? "the manifest does not ask for it"
      : "this host does not have it";
    return { allowed: false, reason };
  }

  async #ask(
    enrolment: Enrolment,
    holding: Holding,
    scope: unknown,
    reason: string,
    during: "install" | "call",
  ): Promise<void> {
    const plugin = enrolment.name;
    const name = holding.capability.name;
    const operation = during === "install" ? "install" : "request";
    const { epoch } = holding;
    let decision: Decision;
    try {
      decision = await this.#policy.decide(question(enrolment, holding, scope, reason, during));
      checkDecision(decision);
      if (holding.epoch !== epoch) {
        // The capability was revoked while the policy was being asked: the policy's memory of the
        // answer is dropped too.
        await this.#policy.forget?.(plugin, name);
        return;
      }
      holding.decide(decision, scope, during);
      this.#changed(plugin);
    } catch (error) {
      this.#note(plugin, operation, name, "refused", "the policy failed", scope);
      throw policyFailed(plugin, name, operation, error);
    }
    if (decision.tag === "deny") {
      this.#note(plugin, operation, name, "refused", decision.reason, scope);
    } else if (holding.status === "granted" && decision.tag === "allow") {
      const why = decision.reason ?? `granted (${decision.lasts})`;
      this.#note(plugin, operation, name, "granted", why, holding.scopes);
    } else if (holding.status === "refused") {
      this.#note(plugin, operation, name, "refused", holding.closed ?? "", scope);
    } else {
      this.#note(plugin, operation, name, "askable", "no decision has been made", scope);
    }
  }

  #maker(plugin: string): { readonly maker?: string } {
    const enrolment = this.#enrolling.get(plugin) ?? this.#enrolled.get(plugin);
    return enrolment === undefined ? {} : { maker: identityText(enrolment.identity) };
  }

  #note(
    plugin: string,
    operation: string,
    capability: string,
    decision: AuditDecision,
    reason: string,
    scope?: unknown,
  ): void {
    const entry = {
      at: this.#clock.now(),
      plugin,
      ...this.#maker(plugin),
      capability,
      operation,
      ...(scope === undefined ? {} : { scope }),
      decision,
      reason: visibleText(reason),
    };
    if (operation === "request" && decision === "refused") this.#refusals.write(entry);
    else this.#audit.write(entry);
  }
}
