import * as z from "zod/mini";
import { defineCapability, type Capability } from "../capability/capability.ts";
import { contractName } from "./contract/contract.ts";
import { type Caller, defineInterface, type InterfaceDefinition } from "./define.ts";
import type * as Contract from "./generated/host/bus.ts";
import { readGuestJson, wellFormedJson } from "./contract/guest-json.ts";
import type { Implementation } from "./contract/implementation.ts";
import { denied, quota, refusal, refuseWithRefusal } from "./contract/refusal.ts";
import { commonItems, scopeList } from "./contract/scope.ts";

/** The names of the events that the plugin may emit. */
export interface BusScope {
  readonly events: readonly string[];
}

export interface BusUse {
  readonly event: string;
}

export interface BusPower {
  /**
   * Queues an event that the caller emits; handlers run after the call of the emitting instance has
   * ended. `payload` is JSON text that has been checked. Returns false when the plugin's queue is
   * full.
   */
  emit(caller: Caller, name: string, payload: string): boolean;
}

/** The most bytes of a payload: bus.wit. */
const maxPayloadBytes = 64 << 10;
const eventName = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/;
const maxNameLength = 64;

export const busCapability: Capability<BusScope, BusUse> = defineCapability<BusScope, BusUse>({
  name: "bus",
  scope: z.strictObject({
    events: scopeList(
      z
        .string()
        .check(
          z.maxLength(maxNameLength),
          z.regex(eventName, { error: "an event's name is words of a-z and 0-9 joined by . or -" }),
        ),
      64,
    ),
  }),
  describe: ({ events }) => `may send events to other plugins: ${events.join(", ")}`,
  intersect: (requested, granted) => {
    const events = commonItems(requested.events, granted.events);
    return events === undefined ? undefined : { events };
  },
  covers: ({ events }, { event }) =>
    events.includes(event) || `its scope for bus does not name the event ${event}`,
});

export function busInterface(queue: BusPower): InterfaceDefinition<BusScope, BusUse> {
  return defineInterface({
    name: contractName("bus"),
    capability: busCapability,
    refuse: refuseWithRefusal,
    implement: ({ caller, may }) =>
      ({
        emit: (name, payload) => {
          if (name.length > maxNameLength || !eventName.test(name)) {
            throw refusal(denied("an event's name is words of a-z and 0-9 joined by . or -"));
          }
          const permission = may({ event: name });
          if (!permission.allowed) throw refusal(denied(permission.reason));
          const read = readGuestJson(payload, maxPayloadBytes);
          if (read.tag === "too-large") throw refusal(quota(`event payload: ${read.limit} bytes`));
          if (read.tag === "invalid") throw refusal(denied(`the payload is ${read.reason}`));
          if (!queue.emit(caller, name, wellFormedJson(payload))) {
            throw refusal(quota("events waiting to be handled"));
          }
        },
      }) satisfies Implementation<typeof Contract>,
  });
}
