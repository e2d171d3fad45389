import type { Engine } from "../component/engine.ts";
import type { Platform } from "../platform/platform.ts";
import { callerEngine } from "./caller-engine.ts";
import { GuestPool } from "./guest-pool.ts";

export type IsolatePowers = Pick<
  Platform,
  "engine" | "threads" | "ticker" | "clock" | "timers" | "derived"
>;

/// Where a host's guests run, each made when the first guest needs it.
export class Isolates implements AsyncDisposable {
  readonly #powers: IsolatePowers;
  #caller: (Engine & Disposable) | undefined;
  #pool: GuestPool | undefined;

  constructor(powers: IsolatePowers) {
    this.#powers = powers;
  }

  /// `own`: the caller's thread.
  engine(trust: "own" | "stranger"): Engine {
    const { threads, timers, derived } = this.#powers;
    return trust === "own" || threads === undefined
      ? (this.#caller ??= callerEngine(this.#powers))
      : (this.#pool ??= new GuestPool({ threads, timers, derived }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#caller?.[Symbol.dispose]();
    await this.#pool?.[Symbol.asyncDispose]();
  }
}
