import type { Authority } from "../capability/authority.ts";
import type { AuditDecision } from "../capability/audit.ts";
import type { Engine } from "../component/engine.ts";
import type { Clock, Timers } from "../platform/clock.ts";
import type { Telemetry } from "../telemetry/events.ts";
import type { Manifest } from "./manifest.ts";
import type { AnswerCache, AnswerLimits } from "./answer-cache.ts";
import type { PluginRecords } from "./plugin-records.ts";
import { defaultCrashLimit, type CrashLimit } from "./quarantine.ts";
import type { Registered } from "./registry.ts";

/// What every plugin of a host runs on.
export interface PluginPowers {
  /// What runs the guest of a plugin.
  engine(manifest: Manifest): Promise<Engine>;
  readonly authority: Authority;
  readonly telemetry: Telemetry;
  readonly records: PluginRecords;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: HostLimits;
  readonly answers: AnswerCache;
  /// For the context record that a plugin is activated with.
  readonly application: string;
  readonly locale: string;
  /// Starts the plugins that this one needs. Rejects with `dependency-*` where one is not there, and
  /// with what keeps it from running.
  readonly startDependencies: (manifest: Manifest, event: string) => Promise<void>;
  /// A turn of the plugin has ended: what it emitted meanwhile may go out.
  readonly turnEnded: (plugin: string) => void;
  /// The plugin has another manifest than the one before.
  readonly reindex: (plugin: Registered, before: Manifest) => void;
  readonly note: (plugin: string, operation: string, what: AuditDecision, reason: string) => void;
}

/// What plugins get at most; a manifest may ask for less, or for more up to `max`.
export interface HostLimits {
  /// Bytes of each linear memory. A manifest's `memoryMiB` counts up to `maxMemoryBytes`.
  readonly memoryBytes: number;
  readonly maxMemoryBytes: number;
  /// Milliseconds. A manifest's own count up to `maxDeadlineMs`.
  readonly activateMs: number;
  readonly commandMs: number;
  readonly eventMs: number;
  readonly maxDeadlineMs: number;
  /// Calls that wait for one plugin.
  readonly waitingCalls: number;
  readonly crashes: CrashLimit;
  /// How long a call under way may go on when its plugin is disabled, removed or the host closed.
  readonly graceMs: number;
  /// What is kept of host functions' answers, for all plugins together.
  readonly answers: AnswerLimits;
}

const MIB = 1024 * 1024;

/// 64 MiB (at most 256 for a manifest that asks), 2 s to activate, 10 s a command, 2 s an event
/// (at most 60), 1,024 waiting calls, five crashes in a minute, a grace of 500 ms,
/// 4,096 kept answers of 16 MiB together.
export const defaultLimits: HostLimits = {
  memoryBytes: 64 * MIB,
  maxMemoryBytes: 256 * MIB,
  activateMs: 2_000,
  commandMs: 10_000,
  eventMs: 2_000,
  maxDeadlineMs: 60_000,
  waitingCalls: 1_024,
  crashes: defaultCrashLimit,
  graceMs: 500,
  answers: { entries: 4_096, bytes: 16 * MIB },
};

export type DeadlineKind = "activate" | "command" | "event";

export function deadlineOf(limits: HostLimits, manifest: Manifest, kind: DeadlineKind): number {
  return Math.min(manifest.limits[`${kind}Ms`] ?? limits[`${kind}Ms`], limits.maxDeadlineMs);
}

export function memoryCapOf(limits: HostLimits, manifest: Manifest): number {
  const { memoryMiB } = manifest.limits;
  return memoryMiB === undefined
    ? limits.memoryBytes
    : Math.min(memoryMiB * MIB, limits.maxMemoryBytes);
}
