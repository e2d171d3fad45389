import type { TenonError } from "../../errors.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { Siblings } from "../instance/instance.ts";
import type { PluginStanding } from "./plugin-state.ts";
import type { PluginVersions } from "./plugin-versions.ts";
import type { Authority } from "../../capability/authority.ts";
import type { AuditDecision } from "../../capability/audit.ts";
import type { Engine } from "../../component/engine.ts";
import type { Caller } from "../../interfaces/define.ts";
import type { Clock, Timers } from "../../platform/clock.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { AnswerCache } from "../gate/answer-cache.ts";
import type { Limits } from "../limits/limits.ts";
import type { PluginRecords } from "./plugin-records.ts";
import type { ResidentInstances } from "../limits/resident-instances.ts";

/** What every plugin of a host runs on. */
export interface PluginPowers {
  /** What runs the guest of a plugin. */
  engine(manifest: Manifest): Promise<Engine>;
  readonly authority: Authority;
  readonly telemetry: Telemetry;
  readonly records: PluginRecords;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: Limits;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly residents: ResidentInstances;
  readonly answers: AnswerCache;
  /** For the context record that a plugin is activated with. */
  readonly application: string;
  readonly locale: string;
  /**
   * Starts the plugins that this one needs. Rejects with `dependency-*` where one is not there, and
   * with what keeps it from running.
   */
  readonly startDependencies: (manifest: Manifest, event: string) => Promise<void>;
  /** A call of an instance has ended: what it emitted meanwhile may go out. */
  readonly turnEnded: (caller: Caller) => void;
  /** The plugin has another manifest than the one before. */
  readonly reindex: (plugin: { readonly manifest: Manifest }, before: Manifest) => void;
  readonly note: (plugin: string, operation: string, what: AuditDecision, reason: string) => void;
}

/** What a place knows of its plugin. */
export interface PlacePowers extends PluginPowers {
  readonly name: string;
  readonly versions: PluginVersions;
  readonly siblings: Siblings;
  readonly meter: Meter;
  /** See Allowance. Made when it is first asked for. */
  allowance(): Allowance;
  usedAllowance(): Allowance | undefined;
  standing(): PluginStanding;
  /** Throws where the plugin may not be used. */
  check(): void;
  crashed(operation: string, error: TenonError): Promise<void>;
  /** Answers whether the plugin is back at the version before. */
  rolledBack(error: TenonError): Promise<boolean>;
}
