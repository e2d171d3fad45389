import type { TenonError } from "../../errors.ts";
import { ended, type EndReason, pluginError } from "../calls/outcome.ts";
import type { Package } from "../package/package.ts";
import type { PluginRecord } from "./plugin-records.ts";

/** Whether a plugin may be used. */
export type Standing =
  | { readonly tag: "usable" }
  | { readonly tag: "disabled" }
  | { readonly tag: "quarantined"; readonly at: number; readonly crashes: number }
  | { readonly tag: "removed"; readonly reason: Exclude<EndReason, "deadline"> };

/**
 * Where one instance of a plugin is. `failed`: the last start failed; `crashed`: the last instance ended
 * by itself; after both the next event starts a fresh one.
 */
export type PlaceState<Instance> =
  | { readonly tag: "installed" }
  | { readonly tag: "starting" }
  | { readonly tag: "running"; readonly instance: Instance }
  | { readonly tag: "failed" | "crashed"; readonly error: TenonError };

/** Where a plugin is: by its standing, and while that is good by the liveliest of its instances. */
export type PluginState = Exclude<Standing, { readonly tag: "usable" }> | PlaceState<unknown>;

const LIVELY: readonly PlaceState<unknown>["tag"][] = [
  "running",
  "starting",
  "crashed",
  "failed",
  "installed",
];

export function stateOf(standing: Standing, places: readonly PlaceState<unknown>[]): PluginState {
  if (standing.tag !== "usable") return standing;
  for (const tag of LIVELY) {
    const found = places.find((place) => place.tag === tag);
    if (found !== undefined) return found;
  }
  return { tag: "installed" };
}

/** How a plugin stands that has just been installed. A quarantine is of one component's bytes. */
export function initialStanding(record: PluginRecord | undefined, { digest }: Package): Standing {
  if (record?.disabled) return { tag: "disabled" };
  const quarantined = record?.digest === digest ? record.quarantined : undefined;
  return quarantined === undefined
    ? { tag: "usable" }
    : { tag: "quarantined", at: quarantined.at, crashes: quarantined.crashes };
}

/** What is remembered of it for the next run. */
export function recordOf(
  standing: Standing | PluginState,
  { manifest, digest }: Package,
): PluginRecord {
  const quarantined =
    standing.tag === "quarantined" ? { at: standing.at, crashes: standing.crashes } : undefined;
  return {
    version: manifest.version,
    digest,
    disabled: standing.tag === "disabled",
    quarantined,
  };
}

/** Throws `plugin-disabled`, `plugin-quarantined`, or why it is gone. */
export function assertUsable(standing: Standing, plugin: string): void {
  switch (standing.tag) {
    case "disabled":
      throw pluginError("plugin-disabled", plugin, "is disabled; enable it to use it");
    case "quarantined":
      throw pluginError(
        "plugin-quarantined",
        plugin,
        `crashed ${standing.crashes} times in a short while; update it, or enable it to try again`,
      );
    case "removed":
      throw ended(standing.reason, plugin, "a call");
    default:
  }
}
