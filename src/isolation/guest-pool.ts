// Threads that guests share.
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  MemoryAccount,
} from "../component/engine.ts";
import { CompiledStore } from "../component/outline.ts";
import { TenonError } from "../errors.ts";
import type { Clock, Timers } from "../platform/clock.ts";
import type { ThreadLoss } from "./remote/lost-thread.ts";
import { RemoteThread } from "./remote/remote-engine.ts";
import type { RemoteThreadParts } from "./remote/remote-thread-parts.ts";
import type { StartedThread, ThreadSource } from "../platform/threads.ts";
import { Pace } from "./wire/pace.ts";
import { DEFAULT_COMPILE_MS } from "./compile-limit.ts";
import { Compilers } from "./compilers.ts";
import { soon } from "../platform/soon.ts";
import type { ThreadPlace } from "./pooled-component.ts";
import { PooledComponents } from "./pooled-components.ts";
import { reclaimMemories } from "./reclaim.ts";
import { type Suspect, type SuspectGroup, Suspects } from "./suspects.ts";

export interface GuestPoolOptions {
  readonly threads: ThreadSource;
  readonly timers: Timers;
  readonly clock: Pick<Clock, "monotonic">;
  /** Keeps results for components, of this run and earlier ones. Default: nothing is kept. */
  readonly store?: CompiledStore | undefined;
  /**
   * Where the memory of guests is counted, together with the buffers of their threads. Default: it
   * is not counted.
   */
  readonly account?: MemoryAccount | undefined;
  /** The most threads. Default: what the source proposes. */
  readonly size?: number;
  /** Milliseconds that a component may take to compile. Default: 3,000. */
  readonly compileMs?: number;
  /** Told of each thread that is lost or held. Default: none. */
  readonly tell?: (event: ThreadEvent) => void;
}

/** What has happened to a thread. Parties are plugins. */
export type ThreadEvent =
  /** The thread was lost. `culprit`: the party that caused it, where that is certain. */
  | {
      readonly tag: "lost";
      readonly why: ThreadLoss["why"];
      readonly suspects: readonly string[];
      readonly culprit: string | undefined;
    }
  /** The thread does not turn, and one of these parties keeps it busy. */
  | { readonly tag: "held"; readonly suspects: readonly string[] };

/** As many threads compile at the same time, or half of those for guests if that is more. */
const FEW_COMPILERS = 3;

/** The most threads for suspects, with those that are ending. Further suspects share them. */
const MAX_APART = 8;

/** After so many lost threads, a suspect is started only on a thread apart from others. */
const MOST_LOSSES = 2;

/**
 * An engine whose instances live on a few threads, each of which is started when it is first needed
 * and shared by many. A new instance goes to the thread with the fewest instances of its component
 * and, among those, to the one with the fewest instances. When a thread is lost, its instances are
 * lost with it (`isolate-failed`); the next instance starts another thread. Parties that may have
 * caused it are kept apart from then on (see Suspects).
 */
export class GuestPool implements Engine, AsyncDisposable {
  readonly name = "pool";
  readonly #options: GuestPoolOptions;
  readonly #size: number;
  readonly #threads: Set<RemoteThread> = new Set();
  /** Threads of suspects, and threads that do not turn, with the groups on them. */
  readonly #apart: Map<RemoteThread, Set<SuspectGroup>> = new Map();
  /** How many instances are being made for a thread. It may not have heard of them yet. */
  readonly #expected: Map<RemoteThread, number> = new Map();
  readonly #suspects: Suspects;
  readonly #components: PooledComponents;
  readonly #compilers: Compilers;
  /** Additional threads that only compile, used where all others have guests. */
  readonly #compiling: Set<RemoteThread> = new Set();
  /** Shared by all threads. */
  readonly #pace: Pace;
  /** Threads apart that are being ended, because nobody uses them any more. */
  readonly #leaving: Set<RemoteThread> = new Set();
  /** How many threads were given up and have not ended yet. */
  #ending = 0;
  readonly #reclaiming: Disposable | undefined;
  #closed = false;

  constructor(options: GuestPoolOptions) {
    this.#options = options;
    this.#pace = new Pace(options.timers);
    this.#reclaiming = options.account?.onReclaim(() => {
      for (const thread of this.#all) thread.reclaimSoon();
    });
    this.#size = Math.max(1, options.size ?? options.threads.size);
    this.#suspects = new Suspects(() => options.clock.monotonic());
    this.#compilers = new Compilers({
      timers: options.timers,
      compileMs: this.#options.compileMs ?? DEFAULT_COMPILE_MS,
      most: Math.max(FEW_COMPILERS, this.#size >> 1),
      thread: (busy, extra) => this.#forCompiling(busy, extra),
      giveUp: (thread) => thread.giveUp(),
    });
    this.#components = new PooledComponents({
      forInstance: (siblings, party) => this.#expect(this.#forInstance(siblings, party)),
      compile: (compile) => this.#compilers.run(compile),
      reclaim: () => this.#reclaim(),
      letOthersRun: () => new Promise((resolve) => soon(options.timers, resolve)),
      store: options.store ?? new CompiledStore(),
    });
  }

  /** The number of running threads. */
  get threads(): number {
    return this.#threads.size + this.#apart.size;
  }

  /** Compiles on a thread that runs no guests, so that no guest waits. */
  compile(bytes: Uint8Array, options: EngineCompileOptions = {}): Promise<EngineComponent> {
    return this.#components.compile(bytes, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#reclaiming?.[Symbol.dispose]();
    await Promise.all([...this.#all, ...this.#leaving].map((thread) => thread.terminate()));
  }

  get #all(): readonly RemoteThread[] {
    return [...this.#threads, ...this.#apart.keys(), ...this.#compiling];
  }

  #assertOpen(): void {
    if (this.#closed) throw new TenonError("isolate-failed", "The threads of plugins were ended.");
  }

  /** A thread without guests, or a new one. */
  #forCompiling(busy: ReadonlySet<RemoteThread>, extra: number): RemoteThread | undefined {
    this.#assertOpen();
    const free = [...this.#threads, ...this.#compiling].find(
      (thread) => this.#isUnused(thread) && !thread.stuck && !busy.has(thread),
    );
    if (free !== undefined) return free;
    if (this.#threads.size >= this.#size && this.#compiling.size >= extra) return undefined;
    try {
      return this.#threads.size < this.#size ? this.#start() : this.#startCompiling();
    } catch (thrown) {
      void this.#reclaim();
      if (busy.size > 0) return undefined;
      const [any] = this.#threads;
      if (any === undefined) throw thrown;
      return any;
    }
  }

  #startCompiling(): RemoteThread {
    const thread = this.#startWith({
      ended: () => {
        this.#compiling.delete(thread);
        this.#goes(thread);
      },
    });
    this.#compiling.add(thread);
    return thread;
  }

  /**
   * A page may have no room for another thread's memories until other threads free those of ended
   * instances; until then, an existing thread is used.
   */
  #orElse(other: RemoteThread | undefined, start: () => RemoteThread): RemoteThread {
    try {
      return start();
    } catch (thrown) {
      if (other === undefined) throw thrown;
      void this.#reclaim();
      return other;
    }
  }

  #expect(thread: RemoteThread): ThreadPlace {
    const expect = (more: 1 | -1): void => {
      const expected = (this.#expected.get(thread) ?? 0) + more;
      if (expected > 0) this.#expected.set(thread, expected);
      else this.#expected.delete(thread);
    };
    expect(1);
    return {
      thread,
      [Symbol.dispose]: () => {
        expect(-1);
        this.#leave(thread);
      },
    };
  }

  /** How many instances live on the thread, with those that are being made. */
  #instancesOn(thread: RemoteThread): number {
    return thread.instances + (this.#expected.get(thread) ?? 0);
  }

  #isUnused(thread: RemoteThread): boolean {
    return thread.unused && !this.#expected.has(thread);
  }

  /** Nobody but a suspect uses a thread apart. No other instance is made on one that ends. */
  #leave(thread: RemoteThread): void {
    if (!this.#apart.has(thread) || !this.#isUnused(thread)) return;
    this.#apart.delete(thread);
    this.#leaving.add(thread);
    void thread.terminate();
  }

  #forInstance(siblings: (thread: RemoteThread) => number, party = ""): RemoteThread {
    this.#assertOpen();
    this.#acquit();
    const group = this.#suspects.groupOf(party);
    return group === undefined ? this.#shared(siblings) : this.#forSuspect(group, party, siblings);
  }

  /** The thread on which an instance waits least for others of its component. */
  #shared(siblings: (thread: RemoteThread) => number): RemoteThread {
    const alive = [...this.#threads]
      .filter((thread) => !this.#compilers.uses(thread))
      .map((thread) => ({ thread, siblings: siblings(thread) }))
      .toSorted(
        (one, other) =>
          one.siblings - other.siblings ||
          this.#instancesOn(one.thread) - this.#instancesOn(other.thread),
      )
      .map(({ thread }) => thread);
    const [idle] = alive;
    if (idle !== undefined && (this.#instancesOn(idle) === 0 || alive.length >= this.#size))
      return idle;
    // A thread that compiles continues to do so, as an additional one.
    if (this.#threads.size >= this.#size) this.#leaveToCompile();
    return this.#orElse(idle, () => this.#start());
  }

  #leaveToCompile(): void {
    const thread = [...this.#threads].find(
      (one) => this.#compilers.uses(one) && one.instances === 0,
    );
    if (thread === undefined) return;
    this.#threads.delete(thread);
    this.#compiling.add(thread);
  }

  /**
   * The thread of the suspect's group. Where there are too many, the thread with the fewest
   * instances of other suspects.
   */
  #forSuspect(
    group: SuspectGroup,
    party: string,
    siblings: (thread: RemoteThread) => number,
  ): RemoteThread {
    const apart = [...this.#apart]
      .filter(([thread]) => !thread.stuck)
      .toSorted(([one], [other]) => this.#instancesOn(one) - this.#instancesOn(other));
    const [its] = apart.find(([, groups]) => groups.has(group)) ?? [];
    if (its !== undefined) return its;
    const [other, groups] = apart[0] ?? [];
    if (this.#apart.size + this.#ending < MAX_APART || other === undefined) {
      try {
        return this.#startApart(group);
      } catch (thrown) {
        void this.#reclaim();
        if (other === undefined) {
          // Other plugins must not lose their thread to it again and again.
          if (this.#suspects.losses(party) > MOST_LOSSES) throw thrown;
          return this.#shared(siblings);
        }
      }
    }
    groups!.add(group);
    return other;
  }

  #startApart(group: SuspectGroup): RemoteThread {
    const thread = this.#start();
    this.#threads.delete(thread);
    this.#apart.set(thread, new Set([group]));
    return thread;
  }

  /**
   * Suspects that have behaved for long enough share threads again, and so do their threads where
   * there is room.
   */
  #acquit(): void {
    for (const [thread, groups] of this.#apart) {
      for (const group of groups) {
        let suspects = 0;
        for (const party of group.parties) {
          const left = this.#suspects.groupOf(party) !== group;
          if (!left && !this.#suspects.behaves(party, thread.answeredBy(party))) suspects++;
        }
        if (suspects === 0) groups.delete(group);
      }
      if (groups.size === 0 && !thread.stuck) this.#readmit(thread);
    }
  }

  #readmit(thread: RemoteThread): void {
    if (this.#threads.size >= this.#size) return;
    this.#apart.delete(thread);
    this.#threads.add(thread);
  }

  /** Frees what ended instances hold on all threads, this one included. */
  async #reclaim(): Promise<void> {
    reclaimMemories();
    await Promise.allSettled(this.#all.map((thread) => thread.reclaim()));
  }

  #start(): RemoteThread {
    const thread: RemoteThread = this.#startWith({
      left: () => this.#leave(thread),
      ended: () => {
        this.#threads.delete(thread);
        this.#apart.delete(thread);
        this.#leaving.delete(thread);
        this.#compiling.delete(thread);
        this.#goes(thread);
      },
      lost: (loss) => this.#lost(loss),
      stuck: (suspects) => this.#stuck(thread, suspects),
      goesOn: () => {
        if (this.#apart.get(thread)?.size === 0) this.#readmit(thread);
      },
      holds: (party) => {
        if (this.#apart.has(thread) || !thread.hasOthers(party)) return false;
        this.#suspects.keepApart(party);
        return true;
      },
      overstayed: (party) => {
        // Where guests can't be suspended, it delays all others on its thread.
        if (this.#options.threads.setsAside === false) this.#suspects.keepApart(party);
      },
    });
    this.#threads.add(thread);
    return thread;
  }

  #goes(thread: RemoteThread): void {
    this.#ending++;
    void thread.over.finally(() => this.#ending--);
  }

  #lost({ why, suspects }: ThreadLoss): string | undefined {
    const culprit = this.#suspects.lost(suspects);
    const parties = [...new Set(suspects.map(({ party }) => party))];
    this.#options.tell?.({ tag: "lost", why, suspects: parties, culprit });
    return culprit;
  }

  /**
   * No instance is started on this thread any more, and the party whose code keeps it busy is a
   * suspect.
   */
  #stuck(thread: RemoteThread, suspects: readonly Suspect[]): void {
    if (this.#compiling.has(thread)) return;
    this.#threads.delete(thread);
    const groups = this.#apart.get(thread) ?? new Set();
    this.#apart.set(thread, groups);
    const parties = [...new Set(suspects.map(({ party }) => party))];
    this.#suspects.lost(suspects);
    if (parties.length === 1) groups.add(this.#suspects.groupOf(parties[0]!)!);
    this.#options.tell?.({ tag: "held", suspects: parties });
  }

  #startWith(parts: Omit<RemoteThreadParts, "own" | "after" | "compileMs">): RemoteThread {
    const { threads, timers, account, compileMs } = this.#options;
    let started: StartedThread;
    try {
      started = threads.start(account?.limit);
    } catch (cause) {
      if (cause instanceof TenonError) throw cause;
      const message = "A thread for plugins could not be started.";
      throw new TenonError("isolate-failed", message, { cause });
    }
    const { port, memory } = started;
    return new RemoteThread(port, memory, {
      own: threads.own,
      ranMs: threads.ranMs,
      compileMs: compileMs ?? DEFAULT_COMPILE_MS,
      pace: this.#pace,
      keep: account?.keep(),
      ...parts,
      after: (ms, callback) => timers.after(ms, callback),
    });
  }
}
