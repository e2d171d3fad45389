import type { Engine } from "../component/engine.ts";
import { componentEngine } from "../component/tenon-engine.ts";
import type { Platform } from "../platform/platform.ts";
import { callerEngine } from "./caller-engine.ts";
import { GuestPool, type GuestPoolOptions } from "./guest-pool.ts";

/** The platform, as the application gives it. Made by HostParts (`host/parts.ts`). */
export type IsolatePowers = Pick<
  Platform,
  "engine" | "decodeAscii" | "threads" | "ticker" | "clock" | "timers"
>;

export type IsolateOptions = Pick<GuestPoolOptions, "account" | "tell" | "compileMs" | "store">;

/** Where a host's guests run. Each place is made when the first guest needs it. */
export class Isolates implements AsyncDisposable {
  readonly #powers: IsolatePowers;
  readonly #how: IsolateOptions;
  #caller: (Engine & Disposable) | undefined;
  #own: Engine | undefined;
  #pool: GuestPool | undefined;

  constructor(powers: IsolatePowers, how: IsolateOptions) {
    this.#powers = powers;
    this.#how = how;
  }

  /**
   * `own`: the caller's thread. Where the application has an engine of its own, all guests run
   * there.
   */
  engine(trust: "own" | "stranger"): Engine {
    const { engine, threads, timers, clock, ticker } = this.#powers;
    return trust === "own" || threads === undefined || engine !== undefined
      ? (this.#caller ??= callerEngine({ clock, timers, ticker, engine: () => this.#ofCaller() }))
      : (this.#pool ??= new GuestPool({ threads, timers, clock, ...this.#how }));
  }

  async #ofCaller(): Promise<Engine> {
    const { decodeAscii } = this.#powers;
    const { store } = this.#how;
    if (this.#powers.engine !== undefined) return this.#powers.engine();
    return (this.#own ??= componentEngine({
      ...(decodeAscii === undefined ? {} : { decodeAscii }),
      store,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#caller?.[Symbol.dispose]();
    await this.#pool?.[Symbol.asyncDispose]();
  }
}
