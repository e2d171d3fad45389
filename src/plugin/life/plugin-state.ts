import type { TenonError } from "../../errors.ts";
import { counted } from "../../visible-text.ts";
import { ended, type EndReason, pluginError } from "../calls/outcome.ts";
import type { Package } from "../package/package.ts";
import { knownPlugin, type Ownership } from "./ownership.ts";
import type { PluginRecord } from "./plugin-records.ts";

/** Whether a plugin may be used. */
export type PluginStanding =
  | { readonly tag: "usable" }
  /** `reason`: why, where the plugin was disabled by the host and not by its user. */
  | { readonly tag: "disabled"; readonly reason?: string | undefined }
  | {
      readonly tag: "quarantined";
      readonly at: number;
      readonly crashes: number;
      /** The last crash, in words. */
      readonly reason: string | undefined;
    }
  | { readonly tag: "removed"; readonly reason: Exclude<EndReason, "deadline"> };

/**
 * The state of one place. `failed`: the last start failed, or a host interface ended the last
 * instance. `crashed`: the last instance ended by itself. After both, the next event starts a new
 * one.
 */
export type PlaceState<Instance> =
  | { readonly tag: "installed" }
  | { readonly tag: "starting" }
  | { readonly tag: "running"; readonly instance: Instance }
  | { readonly tag: "failed" | "crashed"; readonly error: TenonError };

/**
 * The state of a plugin: its standing or, where it may be used, the state of its most active place.
 */
export type PluginState = Exclude<PluginStanding, { readonly tag: "usable" }> | PlaceState<unknown>;

const LIVELY: readonly PlaceState<unknown>["tag"][] = [
  "running",
  "starting",
  "crashed",
  "failed",
  "installed",
];

export function stateOf(
  standing: PluginStanding,
  places: readonly PlaceState<unknown>[],
): PluginState {
  if (standing.tag !== "usable") return standing;
  for (const tag of LIVELY) {
    const found = places.find((place) => place.tag === tag);
    if (found !== undefined) return found;
  }
  return { tag: "installed" };
}

/**
 * The standing of a plugin that has just been installed. A quarantine holds for the same bytes
 * only.
 */
export function initialStanding(
  record: PluginRecord | undefined,
  { digest }: Package,
): PluginStanding {
  if (record?.disabled) return { tag: "disabled", reason: record.reason };
  const quarantined = record?.digest === digest ? record.quarantined : undefined;
  return quarantined === undefined
    ? { tag: "usable" }
    : { tag: "quarantined", ...quarantined, reason: record?.reason };
}

/** What is remembered of the plugin for the next run. */
export function recordOf(
  standing: PluginStanding | PluginState,
  source: Package,
  ownership: Ownership,
): PluginRecord {
  const quarantined =
    standing.tag === "quarantined" ? { at: standing.at, crashes: standing.crashes } : undefined;
  return {
    ...knownPlugin(source, ownership),
    digest: source.digest,
    disabled: standing.tag === "disabled",
    quarantined,
    ...("reason" in standing && standing.tag !== "removed" ? { reason: standing.reason } : {}),
  };
}

/** Throws `plugin-disabled`, `plugin-quarantined`, or the reason why the plugin is gone. */
export function assertUsable(standing: PluginStanding, plugin: string): void {
  if (standing.tag !== "usable") throw unusable(standing, plugin);
}

/** The error that the plugin's calls get. `data` has the reason, where it is known. */
export function unusable(
  standing: Exclude<PluginStanding, { readonly tag: "usable" }>,
  plugin: string,
): TenonError {
  if (standing.tag === "removed") return ended(standing.reason, plugin, "a call");
  const { reason } = standing;
  const why = reason === undefined ? "" : ` (${reason.replace(/\.$/u, "")})`;
  const data = reason === undefined ? {} : { reason };
  if (standing.tag === "disabled") {
    return pluginError("plugin-disabled", plugin, `is disabled${why}; enable it to use it`, data);
  }
  const { at, crashes } = standing;
  return pluginError(
    "plugin-quarantined",
    plugin,
    `crashed ${counted(crashes, "times")} in a short while${why}; update it, or enable it to try again`,
    { ...data, at, crashes },
  );
}
