/// Threads that strangers' guests share.
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "../component/engine.ts";
import { TenonError } from "../errors.ts";
import type { Timers } from "../platform/clock.ts";
import { RemoteThread } from "./remote/remote-engine.ts";
import type { StartedThread, ThreadSource } from "../platform/threads.ts";
import { lacksMemory, reclaimMemories } from "./reclaim.ts";

export interface GuestPoolOptions {
  readonly threads: ThreadSource;
  readonly timers: Timers;
  /// Threads at most. Default: what the source proposes.
  readonly size?: number;
}

/// An engine whose instances live on a few threads, each started when it is first needed and shared
/// by many: a new instance goes where the fewest are. A thread that dies takes its instances with it
/// (`isolate-failed`); the next instance starts another.
export class GuestPool implements Engine, AsyncDisposable {
  readonly name = "pool";
  readonly #options: GuestPoolOptions;
  readonly #size: number;
  readonly #threads: Set<RemoteThread> = new Set();
  #closed = false;

  constructor(options: GuestPoolOptions) {
    this.#options = options;
    this.#size = Math.max(1, options.size ?? options.threads.size);
  }

  /// Threads that run.
  get threads(): number {
    return this.#threads.size;
  }

  async compile(bytes: Uint8Array, options: EngineCompileOptions = {}): Promise<EngineComponent> {
    // The component is compiled again on each thread; the caller may go on to change its bytes.
    const component = new PooledComponent(Uint8Array.from(bytes), options, {
      thread: () => this.#thread(),
      reclaim: () => this.#reclaim(),
    });
    await component.on(this.#thread());
    return component;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  #thread(): RemoteThread {
    if (this.#closed) throw new TenonError("isolate-failed", "The threads of plugins were ended.");
    const alive = [...this.#threads].toSorted((one, other) => one.instances - other.instances);
    const [idle] = alive;
    if (idle !== undefined && (idle.instances === 0 || alive.length >= this.#size)) return idle;
    return this.#start();
  }

  /// Of all threads, this one too.
  async #reclaim(): Promise<void> {
    reclaimMemories();
    await Promise.allSettled([...this.#threads].map((thread) => thread.reclaim()));
  }

  #start(): RemoteThread {
    const { threads, timers } = this.#options;
    let started: StartedThread;
    try {
      started = threads.start();
    } catch (cause) {
      const message = "A thread for plugins could not be started.";
      throw new TenonError("isolate-failed", message, { cause });
    }
    const { port, memory } = started;
    const thread: RemoteThread = new RemoteThread(port, memory, {
      own: threads.own,
      ended: () => this.#threads.delete(thread),
      after: (ms, callback) => timers.after(ms, callback),
    });
    this.#threads.add(thread);
    return thread;
  }
}

interface PooledThreads {
  /// The one for the next instance.
  thread(): RemoteThread;
  reclaim(): Promise<void>;
}

class PooledComponent implements EngineComponent {
  #bytes: Uint8Array | undefined;
  readonly #options: EngineCompileOptions;
  readonly #threads: PooledThreads;
  readonly #compiled: Map<RemoteThread, Promise<EngineComponent>> = new Map();

  constructor(bytes: Uint8Array, options: EngineCompileOptions, threads: PooledThreads) {
    this.#bytes = bytes;
    this.#options = options;
    this.#threads = threads;
  }

  /// Compiled for one thread.
  on(thread: RemoteThread): Promise<EngineComponent> {
    if (this.#bytes === undefined) {
      throw new TenonError("component-closed", "the component was released: compile it again");
    }
    for (const known of this.#compiled.keys()) if (!known.alive) this.#compiled.delete(known);
    let compiled = this.#compiled.get(thread);
    if (compiled === undefined) {
      compiled = thread.compile(this.#bytes, this.#options);
      this.#compiled.set(thread, compiled);
      compiled.catch(() => this.#compiled.delete(thread));
    }
    return compiled;
  }

  async instantiate(
    imports: EngineImports,
    options?: EngineInstanceOptions,
  ): Promise<EngineInstance> {
    const start = async (): Promise<EngineInstance> => {
      const component = await this.on(this.#threads.thread());
      return component.instantiate(imports, options);
    };
    try {
      return await start();
    } catch (error) {
      if (!lacksMemory(error)) throw error;
      await this.#threads.reclaim();
      return await start();
    }
  }

  [Symbol.dispose](): void {
    this.#bytes = undefined;
    for (const compiled of this.#compiled.values()) {
      compiled.then((component) => component[Symbol.dispose]()).catch(() => {});
    }
    this.#compiled.clear();
  }
}
