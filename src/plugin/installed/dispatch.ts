import { visibleText } from "../../visible-text.ts";
import { TenonError, WitError } from "../../errors.ts";
import { contractName } from "../../interfaces/contract/contract.ts";
import { guestJsonText, readGuestJson } from "../../interfaces/contract/guest-json.ts";
import type { Caller } from "../../interfaces/define.ts";
import type { DispatchedEvent } from "../calls/dispatched-event.ts";
import type { Plugin } from "../life/plugin.ts";
import { deadlineMs, type Limits } from "../limits/limits.ts";

const EVENTS = contractName("events");

/** What became of an event, plugin by plugin. */
export interface DispatchReport {
  readonly event: string;
  readonly plugins: readonly DispatchOutcome[];
}

export type DispatchOutcome =
  /** `started`: it runs now; the event has nothing to hand over, or the plugin takes no events. */
  | { readonly plugin: string; readonly tag: "handled" | "started" }
  /** It answered `err`; `said` is its words, made harmless. */
  | { readonly plugin: string; readonly tag: "err"; readonly said: string }
  /** It is disabled, quarantined or removed, or the caller did not want it any more. */
  | { readonly plugin: string; readonly tag: "skipped" }
  | { readonly plugin: string; readonly tag: "failed"; readonly error: TenonError };

/** The payload as JSON text. Throws `event-invalid` for what is no JSON, or over 1 MiB of it. */
export function eventPayload(event: string, payload: unknown): string {
  let text: string | undefined;
  try {
    text = guestJsonText(payload ?? null);
  } catch {
    text = undefined;
  }
  const read = readGuestJson(text ?? "");
  if (read.tag === "value") return text!;
  const why = read.tag === "too-large" ? `is over ${read.limit} bytes` : "is not JSON";
  throw new TenonError("event-invalid", `The payload of ${event} ${why}.`, {
    operation: "dispatch",
    data: { event },
  });
}

export interface DeliverOptions {
  /** Told when the event's turn has come, by which instance it is handled. */
  readonly begin?: (caller: Caller) => void;
  /** Milliseconds that the caller gives it, in place of the plugin's. */
  readonly ownMs?: number | undefined;
  /** Aborted: the event is not handled where its turn has not come; see also GuestCall. */
  readonly signal?: AbortSignal | undefined;
}

/** Brings an event to one plugin, when its turn comes. Never rejects. */
export async function deliver(
  plugin: Plugin,
  event: DispatchedEvent,
  payload: string,
  limits: Limits,
  { begin = () => undefined, ownMs, signal }: DeliverOptions = {},
): Promise<DispatchOutcome> {
  const { name } = plugin.manifest;
  const { tag } = plugin.state;
  if (tag === "disabled" || tag === "quarantined" || tag === "removed") {
    return { plugin: name, tag: "skipped" };
  }
  const started = { plugin: name, tag: "started" } as const;
  try {
    if (!event.startsWith("event:")) return await plugin.use(event, () => started);
    return await plugin.call<DispatchOutcome>({
      event,
      bytes: payload.length,
      ready: (instance) => {
        if (signal?.aborted) return { tag: "value", value: { plugin: name, tag: "skipped" } };
        if (!instance.offers(EVENTS)) return { tag: "value", value: started };
        return {
          tag: "call",
          call: {
            operation: event,
            deadlineMs: deadlineMs(limits, plugin.allowance.granted.eventMs, ownMs),
            signal,
            begin: () => begin(instance.caller),
            enter: (exports) =>
              (exports[EVENTS] as { handle(event: object): unknown }).handle({
                name: event.slice("event:".length),
                payload,
              }),
          },
          read: () => ({ plugin: name, tag: "handled" }),
        };
      },
    });
  } catch (error) {
    if (error instanceof WitError) {
      return { plugin: name, tag: "err", said: visibleText(String(error.payload)) };
    }
    return { plugin: name, tag: "failed", error: error as TenonError };
  }
}
