import type { Clock } from "../platform/clock.ts";
import { contractName } from "./contract/contract.ts";
import { defineInterface, type InterfaceDefinition } from "./define.ts";
import type * as Contract from "./generated/host/clock.ts";
import type { Implementation } from "./contract/implementation.ts";

/**
 * Steps of the monotonic clock in microseconds. They are coarse so that the clock can't be used to
 * measure short times.
 */
const step = 100;

export function clockInterface(clock: Clock): InterfaceDefinition<unknown, unknown> {
  return defineInterface({
    name: contractName("clock"),
    functions: { "now-ms": { local: true }, "monotonic-us": { local: true } },
    local: { tag: "clock", clock },
    implement: () => {
      const coarse = new CoarseClock(clock);
      return {
        nowMs: () => coarse.nowMs(),
        monotonicUs: () => coarse.monotonicUs(),
      } satisfies Implementation<typeof Contract>;
    },
  });
}

/** A clock as one instance sees it: coarse, and never going back. */
export class CoarseClock {
  readonly #clock: Clock;
  #latest = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): bigint {
    return BigInt(wholeNumber(this.#clock.now()));
  }

  monotonicUs(): bigint {
    const steps = wholeNumber((this.#clock.monotonic() * 1000) / step) * step;
    if (steps > this.#latest) this.#latest = steps;
    return BigInt(this.#latest);
  }

  /**
   * Takes in a time that another clock has told the instance, and returns the time to tell it now,
   * so that the instance's time never goes back.
   */
  heard(us: bigint): bigint {
    this.#latest = Math.max(this.#latest, Number(us));
    return BigInt(this.#latest);
  }
}

/** A clock set before 1970, or one that returns no number, reads 0. */
function wholeNumber(value: number): number {
  return value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.floor(value) : 0;
}
