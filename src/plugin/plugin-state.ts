import { TenonError } from "../errors.ts";
import type { PluginInstance } from "./instance.ts";
import { ended, type EndReason } from "./outcome.ts";
import type { Package } from "./package.ts";
import type { PluginRecord } from "./plugin-records.ts";

/// Where a plugin is. `failed`: the last start failed; `crashed`: the last instance ended by itself;
/// after both the next event starts a fresh one.
export type PluginState =
  | { readonly tag: "installed" }
  | { readonly tag: "starting"; readonly ready: Promise<PluginInstance> }
  | { readonly tag: "running"; readonly instance: PluginInstance }
  | { readonly tag: "failed" | "crashed"; readonly error: TenonError }
  | { readonly tag: "disabled" }
  | { readonly tag: "quarantined"; readonly at: number; readonly crashes: number }
  | { readonly tag: "removed"; readonly reason: Exclude<EndReason, "deadline"> };

/// Where a plugin is that has just been installed. A quarantine is of one component's bytes.
export function initialState(record: PluginRecord | undefined, { digest }: Package): PluginState {
  if (record?.disabled) return { tag: "disabled" };
  const quarantined = record?.digest === digest ? record.quarantined : undefined;
  return quarantined === undefined
    ? { tag: "installed" }
    : { tag: "quarantined", at: quarantined.at, crashes: quarantined.crashes };
}

/// What is remembered of it for the next run.
export function recordOf(state: PluginState, { manifest, digest }: Package): PluginRecord {
  return {
    version: manifest.version,
    digest,
    disabled: state.tag === "disabled",
    quarantined: state.tag === "quarantined" ? { at: state.at, crashes: state.crashes } : undefined,
  };
}

/// Throws `plugin-disabled`, `plugin-quarantined`, or why it is gone.
export function assertUsable(state: PluginState, plugin: string): void {
  switch (state.tag) {
    case "disabled":
      throw pluginError("plugin-disabled", plugin, "is disabled; enable it to use it");
    case "quarantined":
      throw pluginError(
        "plugin-quarantined",
        plugin,
        `crashed ${state.crashes} times in a short while; update it, or enable it to try again`,
      );
    case "removed":
      throw ended(state.reason, plugin, "a call");
    default:
  }
}

export function pluginError(
  code:
    | "plugin-disabled"
    | "plugin-quarantined"
    | "plugin-busy"
    | "plugin-crashed"
    | "plugin-failing",
  plugin: string,
  text: string,
  data: Readonly<Record<string, unknown>> = {},
): TenonError {
  return new TenonError(code, `"${plugin}" ${text}.`, { plugin, data });
}
