import { TenonError, type LimitErrorCode } from "../../errors.ts";
import type { LimitName } from "./limits.ts";

/** Of what a plugin went over, and how much it may have of it. */
export interface PassedLimit {
  readonly limit: LimitName;
  readonly value: number;
}

const codes: Readonly<Record<Exclude<LimitName, "deadline">, LimitErrorCode>> = {
  memory: "limit-memory",
  totalMemory: "limit-total-memory",
  tableElements: "limit-table",
  handles: "limit-handles",
  liftedBytes: "limit-lifted",
  liftedElements: "limit-lifted",
  instances: "limit-instances",
  cpu: "limit-cpu",
  hostMs: "limit-host-ms",
  hostCalls: "limit-host-calls",
  logBytes: "limit-log",
  storedBytes: "limit-stored",
  documents: "limit-documents",
  requests: "limit-requests",
};

/** What `value` counts. */
const units: Readonly<Record<Exclude<LimitName, "deadline">, string>> = {
  memory: "bytes of memory",
  totalMemory: "bytes of memory for all plugins together",
  tableElements: "elements of a table",
  handles: "handles",
  liftedBytes: "bytes handed to the host by one call",
  liftedElements: "values handed to the host by one call",
  instances: "running plugins",
  cpu: "milliseconds of its own running time in the window",
  hostMs: "milliseconds of the host's thread in the window",
  hostCalls: "calls a second to one interface",
  logBytes: "bytes of log a second",
  storedBytes: "bytes of storage",
  documents: "documents open at once",
  requests: "requests open at once",
};

/** `data` is the PassedLimit. */
export function limitError(
  plugin: string,
  operation: string,
  { limit, value }: PassedLimit,
  cause?: unknown,
): TenonError {
  if (limit === "deadline") {
    return new TenonError(
      "plugin-deadline",
      `"${plugin}" took longer than ${value} ms with ${operation} and was ended; the next event starts it anew.`,
      { plugin, operation, cause, data: { limit, value } },
    );
  }
  return new TenonError(
    codes[limit],
    `"${plugin}" went over its limit of ${value} ${units[limit]} in ${operation}.`,
    { plugin, operation, cause, data: { limit, value } },
  );
}

/**
 * The limit of the plugin's that an error is about; undefined where it is about none, or another's: a
 * host function may throw what a call of another plugin failed with.
 */
export function limitOf(error: unknown, plugin: string): LimitName | undefined {
  if (!(error instanceof TenonError)) return undefined;
  if (error.plugin !== undefined && error.plugin !== plugin) return undefined;
  const { limit } = error.data;
  if (error.code === "component-limit") return engineLimits.get(String(limit));
  return error.code.startsWith("limit-") ? (limit as LimitName) : undefined;
}

/** By the engine's name for it. */
const engineLimits: ReadonlyMap<string, LimitName> = new Map([
  ["totalMemory", "totalMemory"],
  ["memoryBytes", "memory"],
  ["table", "tableElements"],
  ["tableElements", "tableElements"],
  ["handles", "handles"],
  ["liftedBytes", "liftedBytes"],
  ["liftedElements", "liftedElements"],
]);
