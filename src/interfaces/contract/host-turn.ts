import type { Clock, Timers } from "../../platform/clock.ts";
import { soon } from "../../platform/soon.ts";
import type { InterfaceContext } from "../define.ts";

/** Made by `standardInterfaces` (`standard.ts`), as a part of its powers. */
export interface TurnPowers {
  readonly clock: Pick<Clock, "monotonic">;
  readonly timers: Timers;
}

/** How many milliseconds a function works on the host's thread before other work has its turn. */
const TURN_MS = 4;

/**
 * The work that a function does on the host's thread after it has returned a promise. It gives way to
 * other work, and is counted towards the plugin's limit `hostMs`.
 */
export class HostTurn {
  readonly #powers: TurnPowers;
  readonly #context: Pick<InterfaceContext<unknown, unknown>, "worked">;
  #started: number;

  /** Begins with the first turn. */
  constructor(powers: TurnPowers, context: Pick<InterfaceContext<unknown, unknown>, "worked">) {
    this.#powers = powers;
    this.#context = context;
    this.#started = powers.clock.monotonic();
  }

  /** Await it between two pieces of work. Undefined while the turn is not over. */
  rests(): Promise<void> | undefined {
    if (this.#powers.clock.monotonic() - this.#started < TURN_MS) return undefined;
    this.ends();
    return new Promise((resolve) => {
      soon(this.#powers.timers, () => {
        this.begins();
        resolve();
      });
    });
  }

  /** The function waits for something else, or has done its work. */
  ends(): void {
    this.#context.worked(Math.max(0, this.#powers.clock.monotonic() - this.#started));
  }

  /** It goes on. */
  begins(): void {
    this.#started = this.#powers.clock.monotonic();
  }
}
