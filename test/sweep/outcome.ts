// What passes between the sweep's process and the one that a case runs in.
import type { RogueEvent } from "./rogue.ts";

/** What a child is to do. */
export interface Task {
  readonly name: string;
  /** Files of the components: the largest that is accepted, and one that is just too large. */
  readonly accepted: string | undefined;
  readonly refused: string | undefined;
  /** Others that are as large as the accepted one, besieging beside it. */
  readonly more?: readonly string[];
  readonly events: readonly RogueEvent[];
  /** Whether it is only to be found out how the accepted one starts. */
  readonly probe?: boolean;
  /** Whether the process is to end as soon as the events are over. */
  readonly exit?: boolean;
}

/**
 * Milliseconds of calls of honest neighbours, where a call that holds up the next ones counts for them.
 */
export interface Latency {
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** How the component that is just too large was refused. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly ms: number;
  readonly loopMs: number;
  /** Bytes of the component. */
  readonly bytes: number;
}

/** How one event of the rogue's ended. */
export interface Ending {
  readonly event: RogueEvent;
  readonly ms: number;
  readonly deadlineMs: number;
  /** `handled`, or the code of what it failed with. */
  readonly outcome: string;
}

/** What the largest component that is accepted did. */
export interface Siege {
  readonly bytes: number;
  readonly installMs: number;
  readonly endings: readonly Ending[];
  readonly calm: Latency;
  readonly during: Latency;
  /** What honest calls failed with. */
  readonly failed: readonly string[];
  /** How often the neighbours' instances were started again. */
  readonly restarts: number;
  readonly calmLoopMs: number;
  readonly loopMs: number;
  /** Processors that other processes used meanwhile. */
  readonly others: number;
  /** MB above what was resident before. */
  readonly peakMB: number;
  /**
   * Seconds of processor time: of the threads that run guests and compile for them, up to the first
   * event's end; of V8's own threads, which optimise, in all.
   */
  readonly startCpu: number;
  readonly optimiseCpu: number;
  /** Milliseconds for which V8's threads went on when all was over. */
  readonly tailMs: number;
}

export interface Outcome {
  readonly name: string;
  readonly refusal?: Refusal | undefined;
  readonly siege?: Siege | undefined;
  /** Of a probe: `handled`, or how it failed. */
  readonly started?: string;
  /** Of one that was to end: that it is about to. */
  readonly exiting?: boolean;
  /**
   * Milliseconds that ending took: on a machine that others use, of the process's processor time.
   */
  readonly exitMs?: number;
  /** The harness's own trouble. */
  readonly error?: string;
}

/** Milliseconds that each event of the rogue's gets. */
export const DEADLINE_MS = 400;
