// Processes for guests, one for each plugin or other unit of trust.
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  MemoryAccount,
} from "../../component/engine.ts";
import { CompiledStore } from "../../component/outline.ts";
import { TenonError } from "../../errors.ts";
import type { Timers } from "../../platform/clock.ts";
import type { ProcessSource } from "../../platform/processes.ts";
import { DEFAULT_COMPILE_MS } from "../compile-limit.ts";
import type { ThreadEvent } from "../guest-pool.ts";
import { Pace } from "../wire/pace.ts";
import { GuestProcess } from "./guest-process.ts";
import { ProcessComponent } from "./process-component.ts";
import { warmUp } from "./warm-up.ts";

export interface ProcessPoolOptions {
  readonly processes: ProcessSource;
  readonly timers: Timers;
  /** Where the memory of guests is counted. Default: it is not counted. */
  readonly account?: MemoryAccount | undefined;
  /** Has what this run has read of components. Default: each is read when it is compiled. */
  readonly store?: CompiledStore | undefined;
  /** Milliseconds that a component may take to compile. Default: 3,000. */
  readonly compileMs?: number;
  /** Told of each process that is lost. Default: none. */
  readonly tell?: (event: ThreadEvent) => void;
}

/**
 * Milliseconds after which the spare is replaced that was taken, so that the new one does not compete
 * with what it was taken for: after that has made its first instance, and at the latest.
 */
const REPLACE_MS = 30;
const REPLACE_AT_LATEST_MS = 500;

/** Milliseconds for which a spare is kept that nobody takes. */
const SPARE_MS = 60_000;

/**
 * An engine whose instances live in processes. A process runs the instances of one unit: a party (a
 * plugin), or the parties that the application has put together (`of`). A component is compiled in the
 * process that will run it. The process ends with its last instance. While any are in use, one more is
 * kept ready.
 *
 * A lost process fails the calls of its own unit alone: `isolate-failed`, whose `data.alone` is true
 * for the party that caused it, as far as that is certain.
 */
export class ProcessPool implements Engine, AsyncDisposable {
  readonly name = "process";
  readonly #options: ProcessPoolOptions;
  readonly #compileMs: number;
  readonly #store: CompiledStore;
  readonly #pace: Pace;
  readonly #reclaiming: Disposable | undefined;
  readonly #processes: Set<GuestProcess> = new Set();
  #spare: GuestProcess | undefined;
  /** When the spare is replaced, or not needed any more. */
  #timer: Disposable | undefined;
  /** Whether a spare is to be made. */
  #replaces = false;
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
    this.#compileMs = options.compileMs ?? DEFAULT_COMPILE_MS;
    this.#store = options.store ?? new CompiledStore();
    this.#pace = new Pace(options.timers);
    this.#reclaiming = options.account?.onReclaim(() => {
      for (const { thread } of this.#processes) thread.reclaimSoon();
    });
  }

  /** The number of running processes, the spare among them. */
  get processes(): number {
    return this.#processes.size;
  }

  /** An engine whose instances share the processes of a unit, whatever their parties. */
  of(unit: string): Engine {
    return {
      name: this.name,
      compile: (bytes, options = {}) => this.#compile(bytes, options, `unit:${unit}`),
    };
  }

  compile(bytes: Uint8Array, options: EngineCompileOptions = {}): Promise<EngineComponent> {
    return this.#compile(bytes, options, undefined);
  }

  async #compile(
    bytes: Uint8Array,
    options: EngineCompileOptions,
    unit: string | undefined,
  ): Promise<EngineComponent> {
    const component = new ProcessComponent(Uint8Array.from(bytes), options, {
      timers: this.#options.timers,
      compileMs: this.#compileMs,
      store: this.#store,
      take: () => this.#take(),
      made: () => {
        if (this.#replaces) this.#later(REPLACE_MS, () => this.#prepare());
      },
      unit,
      of: (of) => [...this.#processes].filter((one) => one.unit === of && one.usable),
    });
    await component.compile();
    return component;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#reclaiming?.[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
    await Promise.all([...this.#processes].map((one) => one.end()));
  }

  /** A process that nobody uses. */
  #take(): GuestProcess {
    if (this.#closed) {
      throw new TenonError("isolate-failed", "The processes of plugins were ended.");
    }
    const spare = this.#spare;
    this.#spare = undefined;
    this.#replaces = true;
    this.#later(REPLACE_AT_LATEST_MS, () => this.#prepare());
    return spare?.usable === true ? spare : this.#start();
  }

  #start(): GuestProcess {
    const { processes, timers, tell } = this.#options;
    const process = new GuestProcess({
      processes,
      timers,
      compileMs: this.#compileMs,
      pace: this.#pace,
      lost: ({ why, suspects }, culprit) => {
        const parties = [...new Set(suspects.map(({ party }) => party))];
        if (parties.length > 0) tell?.({ tag: "lost", why, suspects: parties, culprit });
      },
      ended: (one) => {
        this.#processes.delete(one);
        if (this.#spare === one) this.#spare = undefined;
      },
    });
    this.#processes.add(process);
    return process;
  }

  /** Makes a spare. */
  #prepare(): void {
    this.#replaces = false;
    try {
      const spare = (this.#spare ??= this.#start());
      warmUp(spare.thread).catch(() => {});
    } catch {
      // Whoever needs a process will hear why there is none.
    }
    this.#later(SPARE_MS, () => {
      const spare = this.#spare;
      this.#spare = undefined;
      void spare?.end();
    });
  }

  /** Neither a spare nor the wait for it keeps the host's process alive. */
  #later(ms: number, callback: () => void): void {
    this.#timer?.[Symbol.dispose]();
    const timer = this.#options.timers.after(ms, callback);
    timer.unref?.();
    this.#timer = timer;
  }
}
