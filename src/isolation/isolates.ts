import type { Engine } from "../component/engine.ts";
import type { Platform } from "../platform/platform.ts";
import { callerEngine } from "./caller-engine.ts";
import { GuestPool, type GuestPoolOptions } from "./guest-pool.ts";

export type IsolatePowers = Pick<
  Platform,
  "engine" | "threads" | "ticker" | "clock" | "timers" | "derived"
>;

export type IsolateOptions = Pick<GuestPoolOptions, "account" | "tell" | "compileMs">;

/** Where a host's guests run, each made when the first guest needs it. */
export class Isolates implements AsyncDisposable {
  readonly #powers: IsolatePowers;
  readonly #how: IsolateOptions;
  #caller: (Engine & Disposable) | undefined;
  #pool: GuestPool | undefined;

  constructor(powers: IsolatePowers, how: IsolateOptions) {
    this.#powers = powers;
    this.#how = how;
  }

  /** `own`: the caller's thread. */
  engine(trust: "own" | "stranger"): Engine {
    const { threads, timers, clock, derived } = this.#powers;
    return trust === "own" || threads === undefined
      ? (this.#caller ??= callerEngine(this.#powers))
      : (this.#pool ??= new GuestPool({ threads, timers, clock, derived, ...this.#how }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#caller?.[Symbol.dispose]();
    await this.#pool?.[Symbol.asyncDispose]();
  }
}
