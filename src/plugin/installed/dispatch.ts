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

/** Whether it is neither disabled nor quarantined nor removed. */
export function takesEvents({ state: { tag } }: Plugin): boolean {
  return tag !== "disabled" && tag !== "quarantined" && tag !== "removed";
}

export interface DeliverOptions {
  /** Told when the event's turn has come, by which instance it is handled. */
  readonly begin?: (caller: Caller) => void;
  /** Milliseconds that the caller gives it, in place of the plugin's. */
  readonly ownMs?: number | undefined;
  /** Aborted: the event is not handled where its turn has not come; see also GuestCall. */
  readonly signal?: AbortSignal | undefined;
  /** Where it is true, the event is handed over however many calls of the plugin wait. */
  readonly owed?: boolean;
}

/**
 * Brings an event to one plugin, when its turn comes. A payload that is a function is asked for then; where
 * it answers undefined there is nothing to tell any more, and the plugin is skipped. Never rejects.
 */
export async function deliver(
  plugin: Plugin,
  event: DispatchedEvent,
  payload: string | (() => string | undefined),
  limits: Limits,
  { begin = () => undefined, ownMs, signal, owed = false }: DeliverOptions = {},
): Promise<DispatchOutcome> {
  const { name } = plugin.manifest;
  const started = { plugin: name, tag: "started" } as const;
  const skipped = { plugin: name, tag: "skipped" } as const;
  if (!takesEvents(plugin)) return skipped;
  try {
    if (!event.startsWith("event:")) return await plugin.use(event, () => started);
    return await plugin.call<DispatchOutcome>({
      event,
      owed,
      bytes: typeof payload === "string" ? payload.length : 0,
      ready: (instance) => {
        if (signal?.aborted) return { tag: "value", value: skipped };
        if (!instance.offers(EVENTS)) return { tag: "value", value: started };
        const told = typeof payload === "string" ? payload : payload();
        if (told === undefined) return { tag: "value", value: skipped };
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
                payload: told,
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
