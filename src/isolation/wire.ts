import type { AuditEntry } from "../capability/audit.ts";
import { TenonError, type TenonErrorCode } from "../errors.ts";
import type { HostEvent } from "../telemetry/events.ts";
import type { IsolatedAnswer } from "./isolate.ts";

/// What a worker says to the thread that started it. `ready`: the job's time starts.
export type WorkerMessage =
  | { readonly tag: "ready" }
  | { readonly tag: "event"; readonly event: HostEvent }
  | { readonly tag: "audit"; readonly entry: AuditEntry }
  | { readonly tag: "done"; readonly answer: IsolatedAnswer }
  | { readonly tag: "failed"; readonly error: ErrorData };

/// An error as data: a class does not survive being posted.
export interface ErrorData {
  readonly code: TenonErrorCode;
  readonly message: string;
  readonly plugin: string | undefined;
  readonly operation: string | undefined;
  /// As JSON, or nothing where it has no such form.
  readonly data: string | undefined;
  readonly cause: ErrorData | { readonly message: string } | undefined;
}

export function errorData(error: unknown, depth = 0): ErrorData {
  const known =
    error instanceof TenonError
      ? error
      : new TenonError("isolate-failed", `The isolate failed: ${messageOf(error)}`);
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
          : { message: messageOf(cause) },
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

/// Events carry errors in one place.
export function postable(event: HostEvent): HostEvent {
  return "error" in event ? ({ ...event, error: errorData(event.error) } as never) : event;
}

export function restored(event: HostEvent): HostEvent {
  return "error" in event
    ? ({ ...event, error: errorOf(event.error as unknown as ErrorData) } as HostEvent)
    : event;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function json(data: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    return undefined;
  }
}
