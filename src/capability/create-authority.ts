import { checkDecision, policyFailed } from "./policy-failed.ts";
import { TenonError } from "../errors.ts";
import { type Identity, identityText, isSameMaker } from "../identity/identity.ts";
import type { AuditDecision, AuditTrail } from "./audit.ts";
import type {
  Authority,
  AuthorityOptions,
  CapabilityStatus,
  Decided,
  Incumbent,
  Permission,
  Permit,
  PluginRequest,
  Standing,
} from "./authority.ts";
import type { Capability } from "./capability.ts";
import type { Enrolment } from "./enrolment.ts";
import { openEnrolment, question, standingOf } from "./enrolment.ts";
import { identityChange } from "./identity-change.ts";
import type { Holding, Verdict } from "./holding.ts";
import type { Decision, IdentityDecision, Policy } from "./policy.ts";
import { checkRules, knownCapabilities } from "./known-capabilities.ts";
import { Refusals } from "./refusals.ts";
import { readScope } from "./scope.ts";
import { visibleText } from "../visible-text.ts";
import { summarizeUse } from "./use-summary.ts";

const nothing: Permit = Object.freeze({ allowed: false });

/**
 * Throws `grant-unknown` where the policy names a capability that this host does not have,
 * `grant-scope` where it names a scope that is none of its capability, and `interface-duplicate`
 * where two different capabilities have one name.
 */
export function createAuthority(options: AuthorityOptions): Authority {
  const capabilities = knownCapabilities(options.capabilities);
  checkRules(options.policy, capabilities);
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
    using decided = await this.decide(plugin);
    return decided.enforce();
  }

  async decide(plugin: PluginRequest): Promise<Decided> {
    const enrolment = openEnrolment(plugin, this.#capabilities);
    const before = this.#enrolled.get(plugin.name);
    const isUpdate = isOf(before, plugin.identity);
    this.#enrolling.set(plugin.name, enrolment);
    try {
      for (const name of enrolment.order) {
        const holding = enrolment.holdings.get(name);
        if (!holding) {
          const why = "this host does not have it";
          this.#note(plugin.name, enrolment, "install", name, "refused", why);
          continue;
        }
        const held = isUpdate ? before.holdings.get(name) : undefined;
        if (held !== undefined && holding.inherit(held)) continue;
        const { scope, reason } = holding.request;
        await this.#ask(enrolment, holding, scope, reason, "install");
      }
    } catch (error) {
      this.#giveUp(enrolment);
      throw error;
    }
    return {
      enforce: () => {
        if (this.#enrolling.get(plugin.name) !== enrolment) throw overtaken(plugin.name);
        this.#giveUp(enrolment);
        this.#enforce(enrolment);
        return standingOf(enrolment);
      },
      [Symbol.dispose]: () => this.#giveUp(enrolment),
    };
  }

  #giveUp(enrolment: Enrolment): void {
    const { name } = enrolment;
    if (this.#enrolling.get(name) === enrolment) this.#enrolling.delete(name);
  }

  async settleIdentity(from: Incumbent, to: PluginRequest): Promise<IdentityDecision> {
    const change = identityChange(from, to, this.#capabilities);
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
    maker?: Identity,
  ): Permission<unknown> {
    const verdict = this.#verdict(plugin, capability, use, maker);
    if (!verdict.allowed) {
      const { failure } = verdict;
      const shown = use ?? told();
      this.#refusals.write({
        at: this.#clock.now(),
        plugin,
        ...makerOf(maker ?? this.#enrolled.get(plugin)?.identity),
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

  permit(plugin: string, capability: string, maker?: Identity): Permit {
    return this.#of(plugin, maker)?.holdings.get(capability)?.permit ?? nothing;
  }

  status(plugin: string, capability: string, maker?: Identity): CapabilityStatus {
    if (!this.#capabilities.has(capability)) return "unavailable";
    return this.#of(plugin, maker)?.holdings.get(capability)?.status ?? "refused";
  }

  /** What is in force under a name, where it is this maker's. Default: whoever has the name. */
  #of(plugin: string, maker: Identity | undefined): Enrolment | undefined {
    const enrolment = this.#enrolled.get(plugin);
    return maker === undefined || isOf(enrolment, maker) ? enrolment : undefined;
  }

  async request(
    plugin: string,
    capability: string,
    scope: unknown,
    reason: string,
    maker?: Identity,
  ): Promise<CapabilityStatus> {
    const enrolment = this.#of(plugin, maker);
    const holding = enrolment?.holdings.get(capability);
    const note = (name: string, why: string, wanted?: unknown): void =>
      this.#note(plugin, enrolment, "request", name, "refused", why, wanted);
    if (!enrolment || !holding) {
      note(visibleText(capability, { limit: 64 }), "the manifest does not ask for it");
      return this.status(plugin, capability, maker);
    }
    const read = readScope(holding.capability, scope);
    const wanted = read.ok
      ? holding.capability.intersect(holding.request.scope, read.scope)
      : undefined;
    if (wanted === undefined) {
      const why = read.ok ? "the manifest does not ask for that much" : "that is not a scope of it";
      note(capability, why);
      return "refused";
    }
    if (holding.holds(wanted)) return "granted";
    if (holding.closed !== undefined) {
      note(capability, holding.closed, wanted);
      return "refused";
    }
    await this.#ask(enrolment, holding, wanted, visibleText(reason), "call");
    if (this.#enrolled.get(plugin) !== enrolment) return this.status(plugin, capability, maker);
    if (holding.holds(wanted)) return "granted";
    return holding.closed === undefined ? "askable" : "refused";
  }

  async revoke(plugin: string, capability: string): Promise<void> {
    const enrolled = this.#enrolled.get(plugin);
    const enrolling = this.#enrolling.get(plugin);
    for (const one of [enrolled, enrolling]) one?.holdings.get(capability)?.revoke();
    this.#changed(plugin);
    this.#note(plugin, enrolled ?? enrolling, "revoke", capability, "revoked", "it was taken back");
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

  endOfInstance(plugin: string, maker?: Identity): void {
    const enrolment = this.#of(plugin, maker);
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
    // Permits that another maker's instances were given stay refused.
    const heir = isOf(before, enrolment.identity) ? before : undefined;
    for (const [name, holding] of enrolment.holdings) holding.begin(heir?.holdings.get(name));
    this.#changed(enrolment.name);
  }

  #verdict(plugin: string, capability: string, use: unknown, maker?: Identity): Verdict {
    const enrolment = this.#of(plugin, maker);
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
      this.#note(plugin, enrolment, operation, name, "refused", "the policy failed", scope);
      throw policyFailed(plugin, name, operation, error);
    }
    if (decision.tag === "deny") {
      this.#note(plugin, enrolment, operation, name, "refused", decision.reason, scope);
    } else if (holding.status === "granted" && decision.tag === "allow") {
      const why = decision.reason ?? `granted (${decision.lasts})`;
      this.#note(plugin, enrolment, operation, name, "granted", why, holding.scopes);
    } else if (holding.status === "refused") {
      this.#note(plugin, enrolment, operation, name, "refused", holding.closed ?? "", scope);
    } else {
      this.#note(plugin, enrolment, operation, name, "askable", "no decision has been made", scope);
    }
  }

  #note(
    plugin: string,
    enrolment: Enrolment | undefined,
    operation: string,
    capability: string,
    decision: AuditDecision,
    reason: string,
    scope?: unknown,
  ): void {
    const entry = {
      at: this.#clock.now(),
      plugin,
      ...makerOf(enrolment?.identity),
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

/** Whether what is enrolled is this maker's, today or under a key that either had before. */
function isOf(enrolment: Enrolment | undefined, maker: Identity): enrolment is Enrolment {
  if (enrolment === undefined) return false;
  const { identity } = enrolment;
  return isSameMaker(identityText(identity), maker) || isSameMaker(identityText(maker), identity);
}

function makerOf(identity: Identity | undefined): { readonly maker?: string } {
  return identity === undefined ? {} : { maker: identityText(identity) };
}

function overtaken(plugin: string): TenonError {
  return new TenonError(
    "plugin-unknown",
    `"${plugin}" was removed or enrolled anew while its capabilities were decided`,
    { plugin, operation: "install" },
  );
}
