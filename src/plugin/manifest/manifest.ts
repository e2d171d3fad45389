import type { ManifestLimitKey } from "../../catalogues/limit-options.ts";
import type { CapabilityRequest } from "../../capability/authority.ts";
import type { JsonSchema } from "./json-schema-form.ts";

/**
 * What a plugin says about itself: UTF-8 JSON in the custom section `tenon:manifest` of its
 * component, or in a file beside it. Everything in it is the author's claim; texts are for display
 * only.
 */
export interface Manifest {
  /** `scope/name`, each part `[a-z][a-z0-9]*(-[a-z0-9]+)*`, at most 64 characters in all. */
  readonly name: string;
  /** A semantic version, without build metadata. */
  readonly version: string;
  /** All texts are on one line and contain nothing that could deceive (display-text.ts). */
  readonly title: string;
  /** What the plugin does, in its own words. */
  readonly description: string;
  /** An SPDX expression. Only its characters are checked. */
  readonly license: string | undefined;
  /** Who wrote it, in their own words. */
  readonly authors: readonly string[];
  /** The versions of `tenon:plugin` that the plugin works with, as a semver range. */
  readonly api: string;
  /** In the manifest's order. Scopes are as the capability's schema has read them. */
  readonly capabilities: readonly CapabilityRequest[];
  /** Events that start the plugin, besides its commands. */
  readonly activation: readonly ActivationEvent[];
  /** The commands that it offers. */
  readonly commands: readonly CommandContribution[];
  /** The settings that it reads. */
  readonly settings: readonly SettingContribution[];
  /** Names and semver ranges of other plugins that must be installed. */
  readonly dependencies: readonly Dependency[];
  /** The limits that it asks for. */
  readonly limits: ManifestLimits;
  /**
   * The plugin keeps no state between calls: any instance may serve any call, and each call finds
   * the instance as it was after `activate`. Default: false.
   */
  readonly stateless: boolean;
  /**
   * How many instances the plugin may have at once, for calls that are made while others are under
   * way: 1 to 16. Each has its own memory, and the host chooses the one that serves a call.
   * Default: 1.
   */
  readonly concurrency: number;
  /**
   * Whether a plugin in JavaScript may run text as code, in its sandbox: `eval` and `new Function`.
   * Of a component it says nothing. Default: false.
   */
  readonly eval: boolean;
}

/**
 * What starts the plugin. Events `command:` of contributed commands are implied and need not be
 * listed.
 */
export type ActivationEvent =
  | "startup"
  | "idle"
  | `command:${string}`
  | `event:${string}`
  | `language:${string}`;

/** A command that a plugin offers, from its manifest. */
export interface CommandContribution {
  /** `<last part of the plugin's name>.<command>`: `word-count.count`. */
  readonly id: string;
  /** What people see, in the plugin's own words. */
  readonly title: string;
  /**
   * What the command does, in the plugin's own words. Undefined where the manifest says nothing.
   */
  readonly description: string | undefined;
  /** A JSON Schema for the input. Undefined: any input is accepted. */
  readonly input: JsonSchema | undefined;
}

/** A setting that a plugin reads, from its manifest. */
export interface SettingContribution {
  /** The name under which the plugin reads it. */
  readonly key: string;
  /** What its value must be. */
  readonly schema: JsonSchema;
  /** The schema's `default`. */
  readonly default: unknown;
}

/** Another plugin that a plugin needs, from its manifest. */
export interface Dependency {
  /** The other plugin, as `scope/name`. */
  readonly name: string;
  /** The versions that will do, as a semver range: `^1.2.0`. */
  readonly range: string;
}

/**
 * The limits that the plugin asks for, by the keys of the limits' catalogue (docs/limits.md); the
 * host grants at most its own. Undefined: the host's default.
 */
export type ManifestLimits = { readonly [Key in ManifestLimitKey]: number | undefined };
