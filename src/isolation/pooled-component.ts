// A component of a pool: compiled once, then handed over to the threads of its instances.
import {
  componentReleased,
  type EngineCompileOptions,
  type EngineComponent,
  type EngineImports,
  type EngineInstance,
  type EngineInstanceOptions,
  lacksMemory,
  rulesOf,
} from "../component/engine.ts";
import type { CompiledKey, CompiledStore } from "../component/outline.ts";
import { type Before, partsRead } from "../component/compiled/thread.ts";
import type { RemoteComponent } from "./remote/remote-component.ts";
import type { RemoteThread } from "./remote/remote-engine.ts";

/**
 * A place on a thread for an instance that is being made, until it is disposed of. Made by
 * GuestPool.
 */
export interface ThreadPlace extends Disposable {
  readonly thread: RemoteThread;
}

/** Made by GuestPool (`guest-pool.ts`). */
export interface PooledThreads {
  /**
   * The thread for the next instance of a party. `siblings`: how many instances of the same
   * component a thread has.
   */
  forInstance(siblings: (thread: RemoteThread) => number, party: string | undefined): ThreadPlace;
  /** Compiles on a thread without guests; see Compilers. */
  compile<Value>(compile: (thread: RemoteThread) => Promise<Value>): Promise<Value>;
  reclaim(): Promise<void>;
  /** Resolves when the other work that waits for this thread has had its turn. */
  letOthersRun(): Promise<void>;
  /** Keeps results for components. Threads use it only through this object. */
  readonly store: CompiledStore;
}

type Taken = NonNullable<Before["taken"]>;

interface First {
  /** Undefined while the compilation waits for its turn. */
  thread: RemoteThread | undefined;
  compiled: Promise<RemoteComponent>;
}

/** The component that all users of the same bytes and options share. */
export class PooledComponent {
  readonly #bytes: Uint8Array;
  readonly #options: EngineCompileOptions;
  readonly #threads: PooledThreads;
  readonly #on: Map<RemoteThread, Promise<RemoteComponent>> = new Map();
  readonly #ready: WeakMap<RemoteThread, RemoteComponent> = new WeakMap();
  /** The threads on which instances are being made. */
  readonly #starting: RemoteThread[] = [];
  #first: First | undefined;
  #taken: Promise<Taken> | undefined;
  #remembered = false;

  constructor(bytes: Uint8Array, options: EngineCompileOptions, threads: PooledThreads) {
    this.#bytes = bytes;
    this.#options = options;
    this.#threads = threads;
  }

  /**
   * Resolves when the component is compiled. Rejects with what is wrong with it, or with
   * `isolate-failed`; the next call then compiles again.
   */
  async compile(): Promise<void> {
    await (this.#taken ?? this.#compiled().compiled);
  }

  async instantiate(
    imports: EngineImports,
    options?: EngineInstanceOptions,
  ): Promise<EngineInstance> {
    const start = async (): Promise<EngineInstance> => {
      await this.compile();
      const siblings = (one: RemoteThread): number => this.#instancesOn(one);
      using place = this.#threads.forInstance(siblings, options?.party);
      const { thread } = place;
      this.#starting.push(thread);
      try {
        const instance = await (await this.#for(thread)).instantiate(imports, options);
        this.#remember();
        return instance;
      } finally {
        this.#starting.splice(this.#starting.indexOf(thread), 1);
      }
    };
    try {
      return await start();
    } catch (error) {
      if (!lacksMemory(error)) throw error;
      await this.#threads.reclaim();
      return await start();
    }
  }

  release(): void {
    for (const compiled of this.#on.values()) {
      compiled.then((component) => component[Symbol.dispose]()).catch(() => {});
    }
    this.#on.clear();
    this.#first = this.#taken = undefined;
  }

  #compiled(): First {
    const { thread } = this.#first ?? {};
    if (this.#first !== undefined && (thread === undefined || (thread.alive && !thread.stuck))) {
      return this.#first;
    }
    const first: First = {
      thread: undefined,
      compiled: this.#compileFirst((on) => (first.thread = on)),
    };
    this.#first = first;
    first.compiled.catch(() => {
      if (this.#first === first) this.#first = undefined;
    });
    return first;
  }

  async #compileFirst(begins: (thread: RemoteThread) => void): Promise<RemoteComponent> {
    const before = await this.#before();
    return this.#threads.compile((thread) => {
      begins(thread);
      return this.#keep(thread, thread.compile(this.#bytes, this.#options, before));
    });
  }

  /** The results of an earlier run or, where there are none, what this run has read. */
  async #before(): Promise<Before> {
    const key = this.#key("thread");
    if (key === undefined) return {};
    const { store } = this.#threads;
    const stored = store.lasts ? await store.find(key) : undefined;
    if (stored !== undefined) return { stored };
    const read = store.recall({ ...key, kind: "read" });
    return read === undefined ? {} : { read: partsRead(read) };
  }

  #key(kind: CompiledKey["kind"]): CompiledKey | undefined {
    const { digest, rules = {} } = this.#options;
    return digest === undefined ? undefined : { kind, digest, rules: rulesOf(rules) };
  }

  /** Keeps the results for a later run, once the component itself is in use. */
  #remember(): void {
    const { store } = this.#threads;
    const key = this.#key("thread");
    if (this.#remembered || !store.lasts || key === undefined) return;
    this.#remembered = true;
    const remember = async (): Promise<void> => {
      if ((await this.#compiled().compiled).fromStore) return;
      const { plan } = (await this.#handedOver()).portable;
      if (plan !== undefined) store.keep(key, () => plan);
    };
    // The thread has ended: a later run will keep the results.
    remember().catch(() => {});
  }

  async #for(thread: RemoteThread): Promise<RemoteComponent> {
    for (const known of this.#on.keys()) if (!known.alive) this.#on.delete(known);
    const known = this.#on.get(thread);
    if (known !== undefined) return known;
    const taken = await this.#handedOver();
    // Another call may have been faster.
    return (
      this.#on.get(thread) ??
      this.#keep(thread, thread.compile(this.#bytes, this.#options, { taken }))
    );
  }

  /** From then on nothing depends on the thread that compiled the component. */
  async #handedOver(): Promise<Taken> {
    if (this.#taken === undefined) {
      const taken = this.#compiled().compiled.then((component) => component.handOver());
      this.#taken = taken;
      taken.catch(() => {
        if (this.#taken === taken) this.#taken = undefined;
      });
    }
    return this.#taken;
  }

  #keep(thread: RemoteThread, compiled: Promise<RemoteComponent>): Promise<RemoteComponent> {
    this.#on.set(thread, compiled);
    compiled.then(
      (component) => this.#ready.set(thread, component),
      () => {
        if (this.#on.get(thread) === compiled) this.#on.delete(thread);
      },
    );
    return compiled;
  }

  #instancesOn(thread: RemoteThread): number {
    const starting = this.#starting.filter((one) => one === thread).length;
    return starting + (this.#ready.get(thread)?.instances ?? 0);
  }
}

/** A component as one of its users sees it. */
export class HeldComponent implements EngineComponent {
  #component: PooledComponent | undefined;
  readonly #released: () => void;

  constructor(component: PooledComponent, released: () => void) {
    this.#component = component;
    this.#released = released;
  }

  async instantiate(
    imports: EngineImports,
    options?: EngineInstanceOptions,
  ): Promise<EngineInstance> {
    if (this.#component !== undefined) return this.#component.instantiate(imports, options);
    throw componentReleased();
  }

  [Symbol.dispose](): void {
    if (this.#component === undefined) return;
    this.#component = undefined;
    this.#released();
  }
}
