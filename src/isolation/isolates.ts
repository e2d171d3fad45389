import type { Isolation } from "../catalogues/isolations.ts";
import type { Engine } from "../component/engine.ts";
import { componentEngine } from "../component/tenon-engine.ts";
import { TenonError } from "../errors.ts";
import type { Platform } from "../platform/platform.ts";
import type { NoProcesses, ProcessSource } from "../platform/processes.ts";
import { callerEngine } from "./caller-engine.ts";
import { GuestPool, type GuestPoolOptions } from "./guest-pool.ts";
import { ProcessPool } from "./process/process-pool.ts";

/** The platform, as the application gives it. Made by HostParts (`host/parts.ts`). */
export type IsolatePowers = Pick<
  Platform,
  "engine" | "decodeAscii" | "threads" | "processes" | "ticker" | "clock" | "timers"
>;

export type IsolateOptions = Pick<GuestPoolOptions, "account" | "tell" | "compileMs" | "store">;

const NONE: NoProcesses = {
  because: "this platform has no processes",
  remedy: "Run the host under Node",
};

const OWN_ENGINE: NoProcesses = {
  because: "the application's own engine runs all plugins on the caller's thread",
  remedy: "Give the platform no engine",
};

/** Where a host's guests run. Each place is made when the first guest needs it. */
export class Isolates implements AsyncDisposable {
  readonly #powers: IsolatePowers;
  readonly #how: IsolateOptions;
  #caller: (Engine & Disposable) | undefined;
  #own: Engine | undefined;
  #pool: GuestPool | undefined;
  #processes: ProcessPool | undefined;

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
    if (level === "process") this.#offeredProcesses(plugin);
  }

  #offeredProcesses(plugin: string): ProcessSource {
    const { processes, engine } = this.#powers;
    const why =
      engine !== undefined ? OWN_ENGINE : processes === undefined ? NONE : processes.unavailable;
    if (why === undefined) return processes!;
    const { because, remedy } = why;
    throw new TenonError(
      "isolation-unavailable",
      `"${plugin}" is to run in a process of its own: ${because}. ${remedy}, or answer "thread" in ` +
        "isolation of createHost where that is enough for this plugin.",
      { plugin, operation: "install", data: { isolation: "process" } },
    );
  }

  /**
   * Throws as `assertOffered` does. `unit`: plugins of the same unit share a process. Default: each
   * has its own.
   */
  engine(level: Isolation, plugin: string, unit?: string): Engine {
    if (level === "process") {
      const processes = this.#offeredProcesses(plugin);
      const { timers } = this.#powers;
      const pool = (this.#processes ??= new ProcessPool({ processes, timers, ...this.#how }));
      return unit === undefined ? pool : pool.of(unit);
    }
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
    await this.#processes?.[Symbol.asyncDispose]();
  }
}
