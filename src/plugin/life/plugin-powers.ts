import type { TenonError } from "../../errors.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { Siblings } from "../instance/instance.ts";
import type { PluginStanding } from "./plugin-state.ts";
import type { PluginVersions } from "./plugin-versions.ts";
import type { Authority } from "../../capability/authority.ts";
import type { AuditDecision, CrashFacts } from "../../capability/audit.ts";
import type { Engine } from "../../component/engine.ts";
import type { Caller } from "../../interfaces/define.ts";
import type { RetainedTexts } from "../../interfaces/text/text-retained.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Package } from "../package/package.ts";
import type { AnswerCache } from "../gate/answer-cache.ts";
import type { Limits } from "../limits/limits.ts";
import type { PluginRecords } from "./plugin-records.ts";
import type { RunningInstances } from "../limits/running-instances.ts";

/** What every plugin of a host is given. Made by HostParts (`host/parts.ts`). */
export interface PluginPowers {
  /**
   * The engine that runs the plugin's guest: that of its isolation, from Isolates. Rejects with
   * `isolation-unavailable` and `policy-failed`.
   */
  engine(source: Pick<Package, "isolation" | "manifest" | "identity">): Promise<Engine>;
  readonly authority: Authority;
  readonly telemetry: Telemetry;
  readonly records: PluginRecords;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: Limits;
  /** Returns a number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly runningInstances: RunningInstances;
  /** What instances keep of the application's documents. */
  readonly texts: RetainedTexts;
  readonly answers: AnswerCache;
  /** For the record `context` that a plugin is activated with. */
  readonly application: string;
  readonly locale: string;
  /**
   * Starts the plugins that this one needs. Rejects with `dependency-*` where one is missing, and
   * with the reason where one can't run.
   */
  readonly startDependencies: (manifest: Manifest, event: string) => Promise<void>;
  /** A call of an instance has ended. Delivers the events that the plugin emitted in that call. */
  readonly turnEnded: (caller: Caller) => void;
  /** The plugin has another manifest than before. */
  readonly reindex: (plugin: { readonly manifest: Manifest }, before: Manifest) => void;
  readonly note: (
    plugin: string,
    operation: string,
    what: AuditDecision,
    reason: string,
    crash?: CrashFacts,
  ) => void;
}

/** What a place needs to know of its plugin. Made by Plugin (`plugin.ts`). */
export interface PlacePowers extends PluginPowers {
  readonly name: string;
  readonly versions: PluginVersions;
  readonly siblings: Siblings;
  readonly meter: Meter;
  /** The plugin's Allowance, which is made when it is first asked for. */
  allowance(): Allowance;
  usedAllowance(): Allowance | undefined;
  standing(): PluginStanding;
  /** Throws where the plugin may not be used. */
  check(): void;
  /** An instance has ended by itself: counts that, and quarantines the plugin where it is due. */
  crashed(operation: string, error: TenonError): Promise<void>;
  /** Goes back to the version before, where there is one. Resolves with whether it did. */
  rolledBack(error: TenonError): Promise<boolean>;
}
