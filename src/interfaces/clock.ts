import type { Clock } from "../platform/clock.ts";
import { contractName } from "./contract.ts";
import { defineInterface, type InterfaceDefinition } from "./define.ts";
import type * as Contract from "./generated/host/clock.ts";
import type { Implementation } from "./implementation.ts";

/// Steps of the monotonic clock in microseconds: coarse, so that it measures little.
const step = 100;

export function clockInterface(clock: Clock): InterfaceDefinition<unknown, unknown> {
  return defineInterface({
    name: contractName("clock"),
    implement: () => {
      let latest = 0;
      return {
        nowMs: () => BigInt(wholeNumber(clock.now())),
        monotonicUs: () => {
          latest = Math.max(latest, wholeNumber((clock.monotonic() * 1000) / step) * step);
          return BigInt(latest);
        },
      } satisfies Implementation<typeof Contract>;
    },
  });
}

/// A clock set before 1970, or one that is no number, reads 0.
function wholeNumber(value: number): number {
  return value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.floor(value) : 0;
}
