import type { StorageWatch } from "../storage-watch.ts";
import type { Identity } from "../identity/identity.ts";
import type { Standing } from "./authority.ts";

/**
 * Who decides: the embedding application, a person, or what a person said before. A policy answers
 * one question at a time; the authority (authority.ts) asks it, intersects its answer with what
 * the manifest asks for, and holds the result.
 */
export interface Policy {
  /**
   * Every capability that the policy names. A name that the host does not know makes
   * `createAuthority` throw `grant-unknown`: a misspelt `deny` would allow.
   */
  readonly names?: readonly string[];
  /**
   * Every scope that the policy's rules have, with its capability. One that the capability's schema
   * refuses makes `createAuthority` throw `grant-scope`. Default: none is known beforehand; what
   * `decide` answers is checked then.
   */
  readonly scopes?: readonly PolicyScope[];
  /** Decides about one capability of one plugin. */
  decide(request: PolicyRequest): Decision | Promise<Decision>;
  /**
   * Decides whether another maker may take a known name over. The plugin that has it goes on until
   * then. Default: nobody may; the package is refused with `identity-changed` or
   * `signature-missing`.
   */
  decideIdentity?(change: IdentityChange): IdentityDecision | Promise<IdentityDecision>;
  /**
   * Forgets remembered decisions, whichever maker they are about: those about one capability, or all
   * about a plugin. Settles when they will not come back after a restart.
   */
  forget?(plugin: string, capability?: string): Promise<void>;
  /** The host asks to hear where decisions for good can't be kept. Default: nobody is told. */
  watch?(storage: StorageWatch): void;
}

/** A part of a capability, as a policy's rule names it. */
export interface PolicyScope {
  /** The name of the capability, such as `http`. */
  readonly capability: string;
  /** As the rule has it; the capability's schema has not read it yet. */
  readonly scope: unknown;
}

/** A capability that a plugin asks for, as a policy is asked about it. */
export interface PolicyRequest {
  /** `scope/name`. */
  readonly plugin: string;
  /** The plugin's version. */
  readonly version: string;
  /** Who made it, as far as that is known. A decision is about this maker, not about the name. */
  readonly identity: Identity;
  /** The host's words for that: `signed with the key 1a2b-3c4d-5e6f-7a8b`. */
  readonly maker: string;
  /** The name of the capability, such as `http`. */
  readonly capability: string;
  /** What is asked for, as the capability's schema read it. Frozen. */
  readonly scope: unknown;
  /** The host's words: the plugin "may contact api.example.com". */
  readonly sentence: string;
  /**
   * The plugin's words, without control and bidirectional characters, at most 200 characters.
   * Show them with `pluginWords` (visible-text.ts), never as the host's.
   */
  readonly reason: string;
  /** The plugin works without it. */
  readonly optional: boolean;
  /** `install`: asked for by the manifest. `call`: asked for by the plugin while it runs. */
  readonly during: "install" | "call";
  /** Whether all that is asked for lies within `scope`. Throws `grant-scope`. */
  within(scope: unknown): boolean;
  /** What two scopes have in common, if anything. Throws `grant-scope`. */
  intersect(one: unknown, other: unknown): unknown;
}

/**
 * `once`: until the instance that it was decided for ends. `session`: until the host ends.
 * `always`: until it is taken back.
 */
export type Lasting = "once" | "session" | "always";

/** What a policy decides about one capability that a plugin asks for. */
export type Decision =
  /**
   * Allows any use that one of `scopes` covers, of what was asked for: a wider scope grants no
   * more. Undefined: all that is asked for.
   */
  | {
      readonly tag: "allow";
      readonly scopes?: readonly unknown[] | undefined;
      readonly lasts: Lasting;
      /** For the audit trail. */
      readonly reason?: string | undefined;
      /** Uses that stay refused all the same. */
      readonly except?: readonly GrantException[] | undefined;
    }
  /** `reason` is for a person. */
  | { readonly tag: "deny"; readonly reason: string; readonly lasts: Lasting }
  /**
   * No opinion. Where no policy has one, nothing is granted, and the plugin may ask again later.
   */
  | { readonly tag: "silent"; readonly except?: readonly GrantException[] | undefined };

/**
 * What a policy denies of a capability that may be allowed otherwise: the uses that `scope`
 * covers, read by the capability's schema with its defaults.
 */
export interface GrantException {
  /** The part of the capability that is not granted. */
  readonly scope: unknown;
  /** Why, for the plugin and for the audit trail. */
  readonly reason: string;
}

/** No opinion on anything. */
export const silence: Decision = Object.freeze({ tag: "silent" });

/** A package comes with a name that another maker's plugin has. */
export interface IdentityChange {
  /** The name, `scope/name`. */
  readonly plugin: string;
  /** The maker of the plugin that has the name. */
  readonly from: KnownMaker;
  /** The maker of the package. */
  readonly to: KnownMaker;
  /** All that the package asks for. */
  readonly asks: readonly Standing[];
  /** What the package asks for and the plugin does not, or not to that extent. */
  readonly added: readonly Standing[];
}

/** A maker of a plugin, and the version that it made. */
export interface KnownMaker {
  /** Who it is, as far as that is known. */
  readonly identity: Identity;
  /** The host's words for it. */
  readonly maker: string;
  /** The plugin's version. */
  readonly version: string;
}

/** Whether another maker's package may take a name over. */
export type IdentityDecision =
  /**
   * It may. `hand-over`: it gets all that was stored under the name. `fresh`: it starts with
   * nothing, and what was stored is kept for the maker before, until the plugin is uninstalled. What
   * the package asks for is decided separately: grants never go over.
   */
  | { readonly tag: "accept"; readonly data: "hand-over" | "fresh" }
  /** `reason` is for a person. */
  | { readonly tag: "refuse"; readonly reason: string }
  /** No opinion. Where no policy has one, the package is refused. */
  | { readonly tag: "silent" };
