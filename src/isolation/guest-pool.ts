/// Threads that strangers' guests share.
import type { Engine, EngineCompileOptions, EngineComponent } from "../component/engine.ts";
import { TenonError } from "../errors.ts";
import type { Timers } from "../platform/clock.ts";
import type { DerivedStore } from "../platform/derived.ts";
import { RemoteThread } from "./remote/remote-engine.ts";
import type { StartedThread, ThreadSource } from "../platform/threads.ts";
import { Pace } from "./wire/pace.ts";
import { PooledComponents } from "./pooled-components.ts";
import { reclaimMemories } from "./reclaim.ts";

export interface GuestPoolOptions {
  readonly threads: ThreadSource;
  readonly timers: Timers;
  /// Keeps what a component took to decode and validate, and the text of its functions, for later runs.
  /// Default: nothing is kept.
  readonly derived?: DerivedStore | undefined;
  /// Threads at most. Default: what the source proposes.
  readonly size?: number;
}

/// Threads at most for guests that held up others. More share them.
const MAX_APART = 8;

/// An engine whose instances live on a few threads, each started when it is first needed and shared
/// by many: a new instance goes where the fewest of its component are, and among those where the fewest
/// are at all. A thread that dies takes its instances with it (`isolate-failed`); the next instance
/// starts another.
export class GuestPool implements Engine, AsyncDisposable {
  readonly name = "pool";
  readonly #options: GuestPoolOptions;
  readonly #size: number;
  readonly #threads: Set<RemoteThread> = new Set();
  readonly #offenders: Set<RemoteThread> = new Set();
  readonly #components: PooledComponents;
  /// Compiles where every thread has guests. It never has any.
  #compiler: RemoteThread | undefined;
  /// One for all threads.
  readonly #pace: Pace;
  #closed = false;

  constructor(options: GuestPoolOptions) {
    this.#options = options;
    this.#pace = new Pace(options.timers);
    this.#size = Math.max(1, options.size ?? options.threads.size);
    this.#components = new PooledComponents({
      forInstance: (siblings, apart) =>
        apart && options.threads.setsAside === false ? this.#apart() : this.#thread(siblings),
      forCompiling: () => this.#unused(),
      reclaim: () => this.#reclaim(),
      derived: options.derived,
    });
  }

  /// Threads that run.
  get threads(): number {
    return this.#threads.size + this.#offenders.size;
  }

  /// Compiles on a thread that runs no guests, and so holds none up.
  compile(bytes: Uint8Array, options: EngineCompileOptions = {}): Promise<EngineComponent> {
    return this.#components.compile(bytes, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#all.map((thread) => thread.terminate()));
  }

  get #all(): readonly RemoteThread[] {
    const guests = [...this.#threads, ...this.#offenders];
    return this.#compiler === undefined ? guests : [...guests, this.#compiler];
  }

  #assertOpen(): void {
    if (this.#closed) throw new TenonError("isolate-failed", "The threads of plugins were ended.");
  }

  #unused(): RemoteThread {
    this.#assertOpen();
    const unused = [...this.#threads].find((thread) => thread.unused);
    if (unused !== undefined) return unused;
    const [any] = this.#threads;
    if (this.#threads.size < this.#size) return this.#orElse(any, () => this.#start());
    return this.#orElse(
      any,
      () => (this.#compiler ??= this.#startWith(() => (this.#compiler = undefined))),
    );
  }

  /// A page may have no room for what another thread needs until others free what ended instances left:
  /// meanwhile one that there is will do.
  #orElse(other: RemoteThread | undefined, start: () => RemoteThread): RemoteThread {
    try {
      return start();
    } catch (thrown) {
      if (other === undefined) throw thrown;
      void this.#reclaim();
      return other;
    }
  }

  /// Instances of one component wait for each other least on threads of their own.
  #thread(siblings: (thread: RemoteThread) => number): RemoteThread {
    this.#assertOpen();
    const alive = [...this.#threads]
      .map((thread) => ({ thread, siblings: siblings(thread) }))
      .toSorted(
        (one, other) =>
          one.siblings - other.siblings || one.thread.instances - other.thread.instances,
      )
      .map(({ thread }) => thread);
    const [idle] = alive;
    if (idle !== undefined && (idle.instances === 0 || alive.length >= this.#size)) return idle;
    return this.#orElse(idle, () => this.#start());
  }

  /// A thread of its own for one that held up its neighbours where guests can't be set aside; it ends
  /// with the instance.
  #apart(): RemoteThread {
    this.#assertOpen();
    const [idle] = [...this.#offenders].toSorted((one, other) => one.instances - other.instances);
    if (idle !== undefined && this.#offenders.size >= MAX_APART) return idle;
    return this.#orElse(idle, () => {
      const thread: RemoteThread = this.#startWith(
        () => this.#offenders.delete(thread),
        () => void thread.terminate(),
      );
      this.#offenders.add(thread);
      return thread;
    });
  }

  /// Of all threads, this one too.
  async #reclaim(): Promise<void> {
    reclaimMemories();
    await Promise.allSettled(this.#all.map((thread) => thread.reclaim()));
  }

  #start(): RemoteThread {
    const thread: RemoteThread = this.#startWith(() => this.#threads.delete(thread));
    this.#threads.add(thread);
    return thread;
  }

  #startWith(ended: () => void, left?: () => void): RemoteThread {
    const { threads, timers } = this.#options;
    let started: StartedThread;
    try {
      started = threads.start();
    } catch (cause) {
      const message = "A thread for plugins could not be started.";
      throw new TenonError("isolate-failed", message, { cause });
    }
    const { port, memory } = started;
    return new RemoteThread(port, memory, {
      own: threads.own,
      ended,
      pace: this.#pace,
      ...(left === undefined ? {} : { left }),
      after: (ms, callback) => timers.after(ms, callback),
    });
  }
}
