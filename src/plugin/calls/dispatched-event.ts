import { TenonError } from "../../errors.ts";

/**
 * The events that an application may dispatch. `language:ID`, `startup` and `idle` only start
 * plugins; `event:NAME` is also handed to them.
 */
export type DispatchedEvent = "startup" | "idle" | `event:${string}` | `language:${string}`;

const NAME = /^[a-z][a-z0-9-]*(?:\/[a-z][a-z0-9-]*:)?[a-z0-9.+#-]*$/u;
const MAX_NAME = 160;

export function isDispatchable(event: string): event is DispatchedEvent {
  if (event === "startup" || event === "idle") return true;
  const [kind] = event.split(":", 1);
  const name = event.slice(kind!.length + 1);
  return (
    (kind === "event" || kind === "language") &&
    name !== "" &&
    event.length <= MAX_NAME &&
    NAME.test(name)
  );
}

export function assertDispatchable(event: string): asserts event is DispatchedEvent {
  if (isDispatchable(event)) return;
  throw new TenonError(
    "event-invalid",
    `"${event}" can't be dispatched; events are startup, idle, event:NAME and language:ID.`,
    { operation: "dispatch", data: { event } },
  );
}
