import type { Authority, Standing } from "../../capability/authority.ts";
import type { TenonError } from "../../errors.ts";
import { describeIdentity, type Identity } from "../../identity/identity.ts";
import type { PluginNumbers } from "../../telemetry/meter.ts";
import type { CommandContribution } from "../manifest/manifest.ts";
import type { GrantedLimits } from "../limits/limits.ts";
import type { Plugin } from "./plugin.ts";
import { type PluginState, unusable } from "./plugin-state.ts";

/** A plugin's status. */
export interface PluginStatus extends PluginNumbers {
  /** `scope/name`. */
  readonly name: string;
  /** The version, as the manifest has it. */
  readonly version: string;
  /** The author's words. */
  readonly title: string;
  /** Bytes of the component. */
  readonly size: number;
  /** `sha256:…` */
  readonly digest: string;
  /** Who made it, as far as that is known. */
  readonly identity: Identity;
  /** The same in words, for a person: `signed with the key 1a2b-3c4d-5e6f-7a8b`. */
  readonly maker: string;
  /** What the plugin is doing. */
  readonly state: PluginState["tag"];
  /**
   * Why the last start or call failed, or why the plugin is in quarantine or was disabled by a
   * limit. Undefined otherwise.
   */
  readonly error: TenonError | undefined;
  /** How many instances run. */
  readonly instances: number;
  /** Bytes of linear memory that they hold now. */
  readonly memoryBytes: number;
  /** The commands that it offers. */
  readonly commands: readonly CommandContribution[];
  /** The most that the plugin gets, by the host's limits and its manifest. */
  readonly limits: GrantedLimits;
  /** Each capability that it asks for, with what was decided. */
  readonly standing: readonly Standing[];
}

export function statusOf(plugin: Plugin, authority: Pick<Authority, "standing">): PluginStatus {
  const { state, package: source, meter } = plugin;
  const { name, version, title, commands, capabilities } = source.manifest;
  const { starts, crashes, calls, hostCalls, keptAnswers, refusals, ms, cpuMs, hostMs, waitedMs } =
    meter;
  return {
    name,
    version,
    title,
    size: source.size,
    digest: source.digest,
    identity: source.identity,
    maker: describeIdentity(source.identity),
    state: state.tag,
    error: errorOf(state, name),
    instances: plugin.instances,
    memoryBytes: plugin.memoryBytes,
    commands,
    standing: authority.standing(name, {
      name,
      version,
      identity: source.identity,
      requests: capabilities,
    }),
    starts,
    crashes,
    calls,
    hostCalls,
    keptAnswers,
    refusals,
    ms,
    cpuMs,
    hostMs,
    waitedMs,
    peakMemoryBytes: meter.peakMemoryBytes,
    limits: plugin.granted,
  };
}

function errorOf(state: PluginState, name: string): TenonError | undefined {
  switch (state.tag) {
    case "failed":
    case "crashed":
      return state.error;
    case "disabled":
      return state.reason === undefined ? undefined : unusable(state, name);
    case "quarantined":
      return unusable(state, name);
    default:
      return undefined;
  }
}
