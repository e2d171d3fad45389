import type { Isolation } from "../catalogues/isolations.ts";
import type { Engine } from "../component/engine.ts";
import { componentEngine } from "../component/tenon-engine.ts";
import { TenonError } from "../errors.ts";
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
   * Throws `isolation-unavailable` where there is no such place. A thread is promised to nobody: on a
   * platform that has none, and where the application has an engine of its own, guests that are to
   * run on one run on the caller's. A process is promised: no other place takes its guests.
   */
  assertOffered(level: Isolation, plugin: string): void {
    if (level !== "process") return;
    throw new TenonError(
      "isolation-unavailable",
      `"${plugin}" is to run in a process of its own, and this host can't start any. ` +
        'Answer "thread" in isolation of createHost where that is enough for this plugin, or run the ' +
        "host where it has processes.",
      { plugin, operation: "install", data: { isolation: level } },
    );
  }

  /** Throws as `assertOffered` does. */
  engine(level: Isolation, plugin: string): Engine {
    this.assertOffered(level, plugin);
    const { engine, threads, timers, clock, ticker } = this.#powers;
    return level === "caller" || threads === undefined || engine !== undefined
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
