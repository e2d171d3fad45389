import type { ManifestLimitKey } from "../../catalogues/limits.ts";
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
  readonly description: string;
  /** An SPDX expression. Only its characters are checked. */
  readonly license: string | undefined;
  readonly authors: readonly string[];
  /** The versions of `tenon:plugin` that the plugin works with, as a semver range. */
  readonly api: string;
  /** In the manifest's order. Scopes are as the capability's schema has read them. */
  readonly capabilities: readonly CapabilityRequest[];
  readonly activation: readonly ActivationEvent[];
  readonly commands: readonly CommandContribution[];
  readonly settings: readonly SettingContribution[];
  /** Names and semver ranges of other plugins that must be installed. */
  readonly dependencies: readonly Dependency[];
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

export interface CommandContribution {
  /** `<last part of the plugin's name>.<command>`: `word-count.count`. */
  readonly id: string;
  readonly title: string;
  readonly description: string | undefined;
  /** A JSON Schema for the input. Undefined: any input is accepted. */
  readonly input: JsonSchema | undefined;
}

export interface SettingContribution {
  readonly key: string;
  readonly schema: JsonSchema;
  /** The schema's `default`. */
  readonly default: unknown;
}

export interface Dependency {
  readonly name: string;
  readonly range: string;
}

/**
 * The limits that the plugin asks for, by the keys of the limits' catalogue (docs/limits.md); the
 * host grants at most its own. Undefined: the host's default.
 */
export type ManifestLimits = { readonly [Key in ManifestLimitKey]: number | undefined };
