import type { AuditEntry } from "../capability/audit.ts";
import type { HostEvent } from "../telemetry/events.ts";
import type { IsolatedAnswer } from "./isolate.ts";
import { type ErrorData, errorData, errorOf } from "./wire/error-data.ts";

/// What a worker says to the thread that started it. `ready`: the job's time starts.
export type WorkerMessage =
  | { readonly tag: "ready" }
  | { readonly tag: "event"; readonly event: HostEvent }
  | { readonly tag: "audit"; readonly entry: AuditEntry }
  | { readonly tag: "done"; readonly answer: IsolatedAnswer }
  | { readonly tag: "failed"; readonly error: ErrorData };

/// Events carry errors in one place.
export function postable(event: HostEvent): HostEvent {
  return "error" in event ? ({ ...event, error: errorData(event.error) } as never) : event;
}

export function restored(event: HostEvent): HostEvent {
  return "error" in event
    ? ({ ...event, error: errorOf(event.error as unknown as ErrorData) } as HostEvent)
    : event;
}
