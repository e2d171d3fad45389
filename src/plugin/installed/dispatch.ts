import { visibleText } from "../../visible-text.ts";
import { TenonError, WitError } from "../../errors.ts";
import { contractName } from "../../interfaces/contract/contract.ts";
import { guestJsonText, readGuestJson } from "../../interfaces/contract/guest-json.ts";
import type { Caller } from "../../interfaces/define.ts";
import type { DispatchedEvent } from "../calls/dispatched-event.ts";
import type { Plugin } from "../life/plugin.ts";
import { deadlineMs, type Limits } from "../limits/limits.ts";

const EVENTS = contractName("events");

/** The outcome of an event for each plugin. */
export interface DispatchReport {
  /** The event's name. */
  readonly event: string;
  /** One outcome for each plugin that listens. */
  readonly plugins: readonly DispatchOutcome[];
}

/** What became of an event in one plugin. */
export type DispatchOutcome =
  /**
   * `started`: the plugin runs now, but there was nothing to hand over, or it does not handle
   * events.
   */
  | { readonly plugin: string; readonly tag: "handled" | "started" }
  /** The plugin returned `err`. `said` is its words, made safe to show. */
  | { readonly plugin: string; readonly tag: "err"; readonly said: string }
  /** The plugin is disabled, quarantined or removed, or the caller aborted the call. */
  | { readonly plugin: string; readonly tag: "skipped" }
  | { readonly plugin: string; readonly tag: "failed"; readonly error: TenonError };

/**
 * The payload as JSON text. Throws `event-invalid` for a value that has no form in JSON, or one
 * over 1 MiB.
 */
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

/** Whether the plugin is not disabled, quarantined or removed. */
export function takesEvents({ state: { tag } }: Plugin): boolean {
  return tag !== "disabled" && tag !== "quarantined" && tag !== "removed";
}

export interface DeliverOptions {
  /** Called when the event's turn has come, with the instance that handles it. */
  readonly begin?: (caller: Caller) => void;
  /** The deadline in milliseconds that the caller gives, in place of the plugin's. */
  readonly ownMs?: number | undefined;
  /** When aborted, an event whose turn has not come is not handled; see also GuestCall. */
  readonly signal?: AbortSignal | undefined;
  /** True: the event is handed over however many calls of the plugin wait. */
  readonly owed?: boolean;
}

/**
 * Brings an event to one plugin, when its turn comes. A payload that is a function is called then;
 * where it returns undefined, there is nothing left to tell, and the plugin is skipped. Never
 * rejects.
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
        const handled = { name: event.slice("event:".length), payload: told };
        return {
          tag: "call",
          call: {
            operation: event,
            deadlineMs: deadlineMs(limits, plugin.allowance.granted.eventMs, ownMs),
            signal,
            begin: () => begin(instance.caller),
            passed: () => [handled],
            enter: (exports) =>
              (exports[EVENTS] as { handle(event: object): unknown }).handle(handled),
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
