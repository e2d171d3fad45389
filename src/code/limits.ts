import { duration, limit, type Rules, whole } from "../option-rules.ts";

/** What one run may use. Going over a limit ends that run alone. */
export interface CodeLimits {
  /**
   * Milliseconds from the start of the run to its end, waiting for tools included. The time in
   * which a person is asked does not count. Default: 30,000. Code: `code-deadline`.
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Milliseconds that the program's own code may run. Default: 10,000. Code: `code-cpu`.
   */
  readonly cpuMs?: number | undefined;
  /** MiB that the program may hold: 1 to 1,024. Default: 64. Code: `code-memory`. */
  readonly memoryMiB?: number | undefined;
  /** UTF-8 bytes that it may print. Default: 65,536. Code: `code-output`. */
  readonly outputBytes?: number | undefined;
  /** How often it may call tools, all together. Default: 1,000. Code: `code-calls`. */
  readonly calls?: number | undefined;
  /**
   * How many calls and timers may be under way at once. Default: 1,000. Code: `code-calls`.
   */
  readonly callsInFlight?: number | undefined;
  /**
   * Bytes of one value that crosses: a result, the arguments of a tool, a tool's answer. What is
   * too large is an error where it is handed over. Default: 8 MiB; at most 64 MiB.
   */
  readonly valueBytes?: number | undefined;
}

export type AllCodeLimits = { readonly [Name in keyof CodeLimits]-?: number };

const MIB = 1024 * 1024;

const DEFAULTS: AllCodeLimits = {
  deadlineMs: 30_000,
  cpuMs: 10_000,
  memoryMiB: 64,
  outputBytes: 65_536,
  calls: 1_000,
  callsInFlight: 1_000,
  valueBytes: 8 * MIB,
};

export const LIMIT_RULES: Rules<CodeLimits> = {
  deadlineMs: duration,
  cpuMs: duration,
  memoryMiB: whole(1, 1_024),
  outputBytes: limit(0),
  calls: limit(0),
  callsInFlight: limit(1),
  valueBytes: whole(1_024, 64 * MIB),
};

/** The limits of a run: its own, else the runner's, else the defaults. */
export function limitsOf(...given: readonly CodeLimits[]): AllCodeLimits {
  const all: Record<keyof CodeLimits, number> = { ...DEFAULTS };
  for (const limits of given.toReversed()) {
    for (const name of LIMIT_NAMES) {
      const value = limits[name];
      if (value !== undefined) all[name] = value;
    }
  }
  return all;
}

const LIMIT_NAMES = Object.keys(DEFAULTS) as readonly (keyof CodeLimits)[];
