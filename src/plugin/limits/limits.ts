import type { Caps } from "../../component/caps/catalogue.ts";
import { PLUGIN_FEATURES, type WasmFeature } from "../../component/caps/features.ts";
import { type GivenRules, rulesOf } from "../../component/caps/rules.ts";
import { checkDuration } from "../../options.ts";
import type { EngineLimits } from "../../component/engine.ts";
import { type BreakerLimit, defaultBreakerLimit } from "./breaker.ts";
import { checkLimits } from "./check-limits.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type CrashLimit, defaultCrashLimit } from "./quarantine.ts";

/** How much of answered calls is kept for later ones, of all plugins of a host. */
export interface AnswerLimits {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * What plugins get at most. Each is the default of every plugin; a manifest's `limits` narrows it
 * for its own (`memoryMiB` and the deadlines may also ask for more, up to the `max…` beside them).
 */
export interface Limits {
  /** Bytes of an instance's linear memories together; a manifest's `memoryMiB` counts up to `maxMemoryBytes`. */
  readonly memoryBytes: number;
  readonly maxMemoryBytes: number;
  /**
   * Bytes that all plugins hold together: memories and tables, and what the host and its threads keep for
   * them. Idle instances are ended to stay below it, the one unused for longest first; the next event starts
   * them again. Where none is idle, the one in a call that holds most is ended.
   */
  readonly totalMemoryBytes: number;
  /**
   * Running instances of all plugins together; idle ones are ended as above, but never for a second
   * instance of a plugin. On a platform that has room for fewer memories, so many at most.
   */
  readonly instances: number;
  /** Elements of each table, and handles of each instance. */
  readonly tableElements: number;
  readonly handles: number;
  /** Bytes that one call into or out of the plugin hands to the host. */
  readonly liftedBytes: number;
  /** JavaScript values that one call makes for the host. What is the most of both costs some milliseconds. */
  readonly liftedElements: number;
  /**
   * Milliseconds that a call may take. A manifest's own, and a call's own, count up to
   * `maxDeadlineMs`.
   */
  readonly activateMs: number;
  readonly commandMs: number;
  readonly eventMs: number;
  readonly maxDeadlineMs: number;
  /**
   * Milliseconds that a stranger's component may take to be compiled. It is compiled beside the others;
   * where it takes longer, its start fails with `component-limit`; after the second time it is not tried
   * again for a minute.
   */
  readonly compileMs: number;
  /** How much of the time a plugin's own code may run. */
  readonly cpu: TimeLimit;
  /** How much of the time the host's thread may work for one plugin: see PluginNumbers.hostMs. */
  readonly hostMs: TimeLimit;
  /** Calls a second to each interface. */
  readonly hostCallsPerSecond: number;
  readonly logBytesPerSecond: number;
  /** Bytes in the plugin's key-value store, whatever was granted. */
  readonly storedBytes: number;
  /** Documents that the plugin has opened, and requests that are open, at once. */
  readonly documents: number;
  readonly requests: number;
  /** Instances of one plugin, where its manifest asks for several. */
  readonly concurrency: number;
  /** Calls that wait for one plugin. */
  readonly waitingCalls: number;
  readonly crashes: CrashLimit;
  readonly breaker: BreakerLimit;
  /** How long a call under way may go on when its plugin is disabled, removed or the host closed. */
  readonly graceMs: number;
  /** What is kept of host functions' answers, for all plugins together. */
  readonly answers: AnswerLimits;
  /**
   * What a component and its core modules may measure, where it is other than the catalogue's defaults
   * (docs/caps.md): what is over a cap is refused before anything of it is compiled.
   */
  readonly caps: Partial<Caps>;
  /**
   * WebAssembly proposals that plugins' code may use. Undefined: all but those
   * whose memory nobody can count (garbage collection, stored exceptions) and stack switching.
   */
  readonly features: readonly WasmFeature[] | undefined;
  /** What happens to a plugin that goes over one. */
  readonly policies: LimitPolicies;
}

/** `ms` of each `withinMs` milliseconds. */
export interface TimeLimit {
  readonly ms: number;
  readonly withinMs: number;
}

/**
 * What happens next, beside the telemetry event. `refuse`: what was wanted is not done. `throttle`: it
 * is done once there is room; a host function that can't wait is refused. `stop`: the instance ends.
 * `disable`: the plugin is disabled, until somebody enables it.
 */
export type OverLimit = "refuse" | "throttle" | "stop" | "disable";

/** By limit, what may follow. A guest can't be refused memory, handles or its deadline and go on. */
export interface LimitPolicies {
  readonly memory: "stop" | "disable";
  readonly totalMemory: "stop" | "disable";
  readonly tableElements: "stop" | "disable";
  readonly handles: "stop" | "disable";
  readonly liftedBytes: "stop" | "disable";
  readonly liftedElements: "stop" | "disable";
  readonly deadline: "stop" | "disable";
  readonly instances: "refuse" | "disable";
  readonly cpu: OverLimit;
  readonly hostMs: OverLimit;
  readonly hostCalls: OverLimit;
  readonly logBytes: "refuse" | "disable";
  readonly storedBytes: "refuse" | "disable";
  readonly documents: "refuse" | "disable";
  readonly requests: "refuse" | "disable";
}

export type LimitName = keyof LimitPolicies;

const MIB = 1024 * 1024;

export const defaultPolicies: LimitPolicies = {
  memory: "stop",
  totalMemory: "stop",
  tableElements: "stop",
  handles: "stop",
  liftedBytes: "stop",
  liftedElements: "stop",
  deadline: "stop",
  instances: "refuse",
  cpu: "throttle",
  hostMs: "throttle",
  hostCalls: "refuse",
  logBytes: "refuse",
  storedBytes: "refuse",
  documents: "refuse",
  requests: "refuse",
};

/** docs/limits.md has them in a table, with what happens then. */
export const defaultLimits: Limits = {
  memoryBytes: 64 * MIB,
  maxMemoryBytes: 256 * MIB,
  totalMemoryBytes: 1_024 * MIB,
  instances: 1_024,
  tableElements: 1_000_000,
  handles: 10_000,
  liftedBytes: 8 * MIB,
  liftedElements: 131_072,
  activateMs: 2_000,
  commandMs: 10_000,
  eventMs: 2_000,
  maxDeadlineMs: 60_000,
  compileMs: 3_000,
  cpu: { ms: 30_000, withinMs: 60_000 },
  // A third of the thread that serves everybody, a slice at a time: two commands that do nothing but have
  // the host work until their deadlines.
  hostMs: { ms: 20_000, withinMs: 60_000 },
  hostCallsPerSecond: 1_000_000,
  logBytesPerSecond: 256 * 1024,
  storedBytes: 1_024 * MIB,
  documents: 64,
  requests: 16,
  concurrency: 4,
  waitingCalls: 1_024,
  crashes: defaultCrashLimit,
  breaker: defaultBreakerLimit,
  graceMs: 500,
  answers: { entries: 4_096, bytes: 16 * MIB },
  caps: {},
  features: undefined,
  policies: defaultPolicies,
};

/** What a host says about limits; the rest is `defaultLimits`. */
export type GivenLimits = Partial<Omit<Limits, "policies">> & {
  readonly policies?: Partial<LimitPolicies>;
};

/**
 * `memories`: how many linear memories there is room for. Throws `usage` for limits, caps and features of
 * names or values that make no sense.
 */
export function limitsOf(given: GivenLimits = {}, memories: number = Infinity): Limits {
  checkLimits("limits", given, defaultLimits);
  rulesOf(given);
  const policies = { ...defaultPolicies, ...given.policies };
  const instances = Math.min(defaultLimits.instances, memories);
  return { ...defaultLimits, instances, ...given, policies };
}

/** What one plugin gets, once host and manifest have spoken. */
export interface GrantedLimits {
  readonly memoryBytes: number;
  readonly tableElements: number;
  readonly handles: number;
  readonly liftedBytes: number;
  readonly liftedElements: number;
  readonly activateMs: number;
  readonly commandMs: number;
  readonly eventMs: number;
  /** Of each `cpuWithinMs`. */
  readonly cpuMs: number;
  readonly cpuWithinMs: number;
  /** Of each `hostWithinMs`. */
  readonly hostMs: number;
  readonly hostWithinMs: number;
  readonly hostCallsPerSecond: number;
  readonly logBytesPerSecond: number;
  readonly storedBytes: number;
  readonly documents: number;
  readonly requests: number;
  /** Instances at once. */
  readonly concurrency: number;
}

export function grantedLimits(
  host: Limits,
  { limits: asked, concurrency }: Manifest,
): GrantedLimits {
  const narrowed = (most: number, wanted: number | undefined): number =>
    wanted === undefined ? most : Math.min(most, wanted);
  const { memoryMiB, storedMiB } = asked;
  const storedBytes = storedMiB === undefined ? undefined : storedMiB * MIB;
  return {
    memoryBytes:
      memoryMiB === undefined ? host.memoryBytes : Math.min(memoryMiB * MIB, host.maxMemoryBytes),
    tableElements: narrowed(host.tableElements, asked.tableElements),
    handles: narrowed(host.handles, asked.handles),
    liftedBytes: narrowed(host.liftedBytes, asked.liftedBytes),
    liftedElements: narrowed(host.liftedElements, asked.liftedElements),
    activateMs: Math.min(asked.activateMs ?? host.activateMs, host.maxDeadlineMs),
    commandMs: Math.min(asked.commandMs ?? host.commandMs, host.maxDeadlineMs),
    eventMs: Math.min(asked.eventMs ?? host.eventMs, host.maxDeadlineMs),
    cpuMs: narrowed(host.cpu.ms, asked.cpuMs),
    cpuWithinMs: host.cpu.withinMs,
    hostMs: narrowed(host.hostMs.ms, asked.hostMs),
    hostWithinMs: host.hostMs.withinMs,
    hostCallsPerSecond: narrowed(host.hostCallsPerSecond, asked.hostCallsPerSecond),
    logBytesPerSecond: narrowed(host.logBytesPerSecond, asked.logBytesPerSecond),
    storedBytes: narrowed(host.storedBytes, storedBytes),
    documents: narrowed(host.documents, asked.documents),
    requests: narrowed(host.requests, asked.requests),
    concurrency: Math.max(1, narrowed(host.concurrency, concurrency)),
  };
}

export function engineLimits(granted: GrantedLimits): Required<EngineLimits> {
  const { memoryBytes, tableElements, handles, liftedBytes, liftedElements } = granted;
  return { memoryBytes, tableElements, handles, liftedBytes, liftedElements };
}

/** What components are set against before they are compiled. */
export function rulesFor({ caps, features }: Limits): GivenRules {
  return { caps, features: features ?? PLUGIN_FEATURES };
}

/** What one call may take, where the caller names a time of its own. Throws `usage` for one that is none. */
export function deadlineMs(limits: Limits, granted: number, own: number | undefined): number {
  if (own !== undefined) checkDuration("deadlineMs", own, 1);
  return own === undefined ? granted : Math.min(own, limits.maxDeadlineMs);
}
