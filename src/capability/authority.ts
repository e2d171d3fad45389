import type { TenonError } from "../errors.ts";
import type { AuditTrail } from "./audit.ts";
import type { Capability } from "./capability.ts";
import type { Identity } from "../identity/identity.ts";
import type { IdentityDecision, Policy } from "./policy.ts";

/** The answer of the one check. `scope` is the one that covers the use. */
export type Permission<Scope> =
  | { readonly allowed: true; readonly scope: Scope }
  | { readonly allowed: false; readonly reason: string };

/**
 * The answer of the check without a `use`, for a caller that needs it often. The authority changes
 * it as soon as the answer changes.
 */
export interface Permit {
  /**
   * Where this is false, ask `may`: it audits the refusal and says why. It stays false for good
   * once the plugin is gone or no longer asks for the capability.
   */
  readonly allowed: boolean;
}

/** The words of the WIT interface `capabilities`, which documents them. */
export type CapabilityStatus = "granted" | "askable" | "refused" | "unavailable";

/** One capability that a manifest asks for. */
export interface CapabilityRequest {
  /** The name of the capability, such as `http`. */
  readonly capability: string;
  /** Undefined is read as `{}`. */
  readonly scope?: unknown;
  /** In the author's words. */
  readonly reason: string;
  /** Whether the plugin works without it. */
  readonly optional: boolean;
}

export interface PluginRequest {
  /** `scope/name`. */
  readonly name: string;
  readonly version: string;
  /** Who made it. What the policy decides is about this maker. */
  readonly identity: Identity;
  readonly requests: readonly CapabilityRequest[];
}

/** The plugin that has a name, or had it last, as far as it is remembered. */
export interface Incumbent {
  /** See `identityText`. */
  readonly identity: string;
  readonly version: string;
  /** What its manifest asked for. */
  readonly asks: readonly Pick<CapabilityRequest, "capability" | "scope">[];
}

/** How a plugin stands with one capability of its manifest. */
export interface Standing {
  /** The name of the capability. */
  readonly capability: string;
  /** What the manifest asks for. */
  readonly scope: unknown;
  /** What is granted: any of these. Empty unless `status` is `granted`. */
  readonly granted: readonly unknown[];
  /** For the person, without a subject: what is granted, or else what is asked for. */
  readonly sentence: string;
  /** What was decided about it. */
  readonly status: CapabilityStatus;
  /** Whether the plugin works without it. */
  readonly optional: boolean;
  /** The author's words, made harmless; show them with `pluginWords`. */
  readonly reason: string;
}

/**
 * The one place that answers "may plugin P do W?". What is not asked for in the manifest, not
 * granted by the policy, or denied, is refused.
 */
export interface Authority {
  /**
   * Asks the policy about what a plugin's manifest asks for, one capability after another. Nothing of
   * it is in force before `enforce` of the result is called: until then, what is held under the name
   * stays. Of the same maker's plugin, the policy is not asked about what is held already. A
   * capability that this host does not have is `unavailable`. Rejects with `grant-scope` for a scope
   * that the capability does not accept, and with whatever the policy fails with.
   */
  decide(plugin: PluginRequest): Promise<Decided>;
  /** `decide`, and `enforce` at once. Rejects as both do. */
  enroll(plugin: PluginRequest): Promise<readonly Standing[]>;
  /**
   * Asks the policy whether another maker's plugin may take a name over. Changes nothing. Rejects
   * with `grant-scope`, and with whatever the policy fails with.
   */
  settleIdentity(from: Incumbent, to: PluginRequest): Promise<IdentityDecision>;
  /**
   * Registers a plugin whose manifest was enrolled in an earlier session, without asking the
   * policy: each capability is askable until `renew` or `request` asks for it. Throws
   * `grant-scope`.
   */
  enlist(plugin: PluginRequest): void;
  /**
   * The check. Without a `use` it asks whether the plugin may use the capability at all.
   * Every refusal is audited under `operation` (default: the capability), with the use; or, where none
   * is given, with what `told` returns. It is asked only then, and never throws. `maker`: whose plugin
   * asks; where another maker has the name by now, it is refused, here and in the methods below.
   * Default: whoever has the name.
   */
  may(
    plugin: string,
    capability: string,
    use?: unknown,
    operation?: string,
    told?: () => unknown,
    maker?: Identity,
  ): Permission<unknown>;
  /**
   * What `may` answers, for the host itself: whether to tell the plugin something that it did not ask
   * for. Not audited.
   */
  holds(plugin: string, capability: string, use: unknown): boolean;
  /** What `may` answers without a `use`, from now on. */
  permit(plugin: string, capability: string, maker?: Identity): Permit;
  /** Never asks anyone and is not audited. */
  status(plugin: string, capability: string, maker?: Identity): CapabilityStatus;
  /**
   * Asks the policy for a capability of the manifest, or part of it, while the plugin runs.
   * Grants add up. Never rejects for what the plugin handed in: that is `refused`.
   */
  request(
    plugin: string,
    capability: string,
    scope: unknown,
    reason: string,
    maker?: Identity,
  ): Promise<CapabilityStatus>;
  /**
   * Takes back everything that was granted of a capability. From the next call of `may` on it is
   * refused; the promise settles when the policy has forgotten it too.
   */
  revoke(plugin: string, capability: string): Promise<void>;
  /**
   * Calls back whenever what a plugin holds may have changed, before anything that waits for the
   * change goes on. Returns a function that ends the subscription.
   */
  watch(plugin: string, changed: () => void): () => void;
  /** Ends what was decided for one instance. Call it when the instance ends. */
  endOfInstance(plugin: string, maker?: Identity): void;
  /**
   * Asks the policy for what the plugin needs and has not been decided: because it was decided
   * `once` for an instance that has ended, or because the plugin was enlisted without asking. Call
   * it before an instance starts. It settles at once where there is nothing to ask.
   */
  renew(plugin: string): Promise<readonly Standing[]>;
  /**
   * In the manifest's order. For a plugin that is not enrolled: what it will ask for. A capability
   * of `request` whose scope is not valid is left out.
   */
  standing(plugin: string, request?: PluginRequest): readonly Standing[];
  /** Drops a plugin and what the policy remembers about it. From now on every check refuses it. */
  forget(plugin: string): Promise<void>;
}

/** What a policy decided about all that a plugin asks for. Disposing of it drops the decisions. */
export interface Decided extends Disposable {
  /**
   * Puts it into force, in place of what was held under the name. Throws `plugin-unknown` where the
   * plugin was removed, or decided about anew, in the meantime.
   */
  enforce(): readonly Standing[];
}

export interface AuthorityOptions {
  /**
   * Everything that can be asked for on this host. Two of the same name throw `interface-duplicate`
   * unless they are the same object.
   */
  readonly capabilities: Iterable<Capability<unknown, unknown>>;
  readonly policy: Policy;
  readonly audit: AuditTrail;
  readonly clock: { now(): number };
  /**
   * Told where a capability's own check threw, so that a use was refused: once for each capability
   * and plugin. Default: nobody is told.
   */
  readonly failed?: (plugin: string, error: TenonError) => void;
}
