import { saidBy } from "../../component/engine.ts";
import { TenonError, type TenonErrorCode } from "../../errors.ts";
import { visibleText } from "../../visible-text.ts";

/** An error as data, because posting loses an object's class. */
export interface ErrorData {
  readonly code: TenonErrorCode;
  readonly message: string;
  readonly plugin: string | undefined;
  readonly operation: string | undefined;
  /** As JSON; undefined where it has no form in JSON. */
  readonly data: string | undefined;
  readonly cause: ErrorData | { readonly message: string } | undefined;
}

export function errorData(error: unknown, depth = 0): ErrorData {
  const known =
    error instanceof TenonError
      ? error
      : new TenonError("isolate-failed", `The isolate failed: ${saidBy(error)}`);
  const { code, message, plugin, operation, cause } = known;
  return {
    code,
    message,
    plugin,
    operation,
    data: json(known.data),
    cause:
      cause === undefined || depth > 3
        ? undefined
        : cause instanceof TenonError
          ? errorData(cause, depth + 1)
          : { message: visibleText(saidBy(cause), { limit: 4_096, lines: true }) },
  };
}

export function errorOf(data: ErrorData): TenonError {
  const { plugin, operation, cause } = data;
  return new TenonError(data.code, data.message, {
    ...(plugin === undefined ? {} : { plugin }),
    ...(operation === undefined ? {} : { operation }),
    ...(data.data === undefined ? {} : { data: JSON.parse(data.data) as Record<string, unknown> }),
    cause:
      cause === undefined ? undefined : "code" in cause ? errorOf(cause) : new Error(cause.message),
  });
}

function json(data: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    return undefined;
  }
}
