import {
  ENGINE_OPTIONS,
  LIMIT_ROWS,
  type LimitErrorCode,
  type LimitName,
  optionOf,
} from "../../catalogues/limit-options.ts";
import { TenonError } from "../../errors.ts";
import { counted } from "../../visible-text.ts";

/** The limit that a plugin went over, and how much it may use. */
export interface PassedLimit {
  readonly limit: LimitName;
  readonly value: number;
}

const DISABLED = "it is disabled now, until it is enabled again.";

/**
 * Makes the error for a limit that was passed. Its `data` is the PassedLimit. `disabled`: the
 * plugin was disabled for it.
 */
export function limitError(
  plugin: string,
  operation: string,
  { limit, value }: PassedLimit,
  { cause, disabled = false }: { readonly cause?: unknown; readonly disabled?: boolean } = {},
): TenonError {
  const details = { plugin, operation, cause, data: { limit, value } };
  if (limit === "deadline") {
    return new TenonError(
      "plugin-deadline",
      `"${plugin}" took longer than ${value} ms with ${operation} and was ended; ` +
        (disabled ? DISABLED : "the next event starts it anew."),
      details,
    );
  }
  // All limits that are told have such a code, but for the deadline (limit-row.ts).
  const { code, passed } = LIMIT_ROWS[optionOf(limit)];
  return new TenonError(
    code as LimitErrorCode,
    `"${plugin}" went over its limit of ${counted(value, passed!.counts)} in ${operation}${disabled ? `; ${DISABLED}` : "."}`,
    details,
  );
}

/**
 * The limit that an error says this plugin went over. Undefined where the error is not about a
 * limit, or is about another plugin: a host function may throw an error of another plugin's call.
 */
export function limitOf(error: unknown, plugin: string): LimitName | undefined {
  if (!(error instanceof TenonError)) return undefined;
  if (error.plugin !== undefined && error.plugin !== plugin) return undefined;
  const { limit } = error.data;
  if (error.code === "component-limit") return engineLimits.get(String(limit));
  return error.code.startsWith("limit-") ? (limit as LimitName) : undefined;
}

/** Limits by the engine's name for them. */
const engineLimits: ReadonlyMap<string, LimitName> = new Map([
  ["totalMemory", "totalMemory"],
  ["table", "tableElements"],
  ...ENGINE_OPTIONS.map(
    (option) => [option, LIMIT_ROWS[option].passed!.limit as LimitName] as const,
  ),
]);
