/** The numbers of one plugin since it was installed into this host. */
export interface PluginNumbers {
  /** Instances that were started, and those that ended by a trap, a fault or a limit. */
  readonly starts: number;
  /** How often an instance trapped, or was stopped at a deadline or limit. */
  readonly crashes: number;
  /** Calls into the plugin, and out of it. */
  readonly calls: number;
  /** Calls of host functions. */
  readonly hostCalls: number;
  /**
   * Calls out of it that were answered with the kept answer of an earlier call; see
   * CacheableAnswers.
   */
  readonly keptAnswers: number;
  /** Calls out of it that were refused. */
  readonly refusals: number;
  /** Milliseconds between the starts and the ends of calls into it, waiting included. */
  readonly ms: number;
  /** Milliseconds that its own code ran. */
  readonly cpuMs: number;
  /**
   * Milliseconds that the host's thread worked for it: reading its arguments, running host
   * functions up to their promises, writing their answers. For a plugin on the host's thread one
   * call in 64 is measured, and its time is counted 64 times.
   */
  readonly hostMs: number;
  /** Milliseconds that it waited for promises of host functions. */
  readonly waitedMs: number;
  /** The most bytes of linear memory that it held after a call. */
  readonly peakMemoryBytes: number;
}

/**
 * What went through one interface. Byte arrays count their bytes and strings their UTF-16 units,
 * where they are arguments or answers themselves or one level below.
 */
export interface InterfaceBytes {
  /** From the plugin to the host. */
  readonly out: number;
  /** From the host to the plugin. */
  readonly in: number;
}

/** Counts. Plain fields, for they are touched at every call. */
export class Meter implements PluginNumbers {
  starts = 0;
  crashes = 0;
  calls = 0;
  hostCalls = 0;
  keptAnswers = 0;
  refusals = 0;
  ms = 0;
  cpuMs = 0;
  hostMs = 0;
  waitedMs = 0;
  /**
   * What host functions took by the gate, which times one call in 64 for those before it, up to their
   * promises. A plugin on another thread has it in `hostMs` more exactly.
   */
  sampledMs = 0;
  peakMemoryBytes = 0;
}
