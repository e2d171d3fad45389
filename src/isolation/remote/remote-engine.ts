// An Engine on a thread for guests: components are compiled and run there.
import {
  type Engine,
  type EngineCompileOptions,
  type EngineImports,
  type EngineInstanceOptions,
  type MemoryShare,
  rulesOf,
} from "../../component/engine.ts";
import {
  type Before,
  growthOf,
  type PortableComponent,
  type World,
} from "../../component/compiled/thread.ts";
import type { WireWorld } from "../../component/wire/index.ts";
import type { TenonError } from "../../errors.ts";
import { lendCalls } from "./lend-calls.ts";
import { givenImports } from "./given-imports.ts";
import { harmlessFunctions } from "./host-functions.ts";
import { bystanderError } from "./lost-thread.ts";
import { RemoteComponent } from "./remote-component.ts";
import { Leavings } from "./leavings.ts";
import { RemoteInstance } from "./remote-instance.ts";
import type { RemoteThreadParts } from "./remote-thread-parts.ts";
import { ThreadConnection } from "./thread-connection.ts";
import { doubtedError } from "./doubted.ts";
import { doubtedSizes } from "./doubted-sizes.ts";
import { ThreadInstances } from "./thread-instances.ts";
import type { ThreadMemory, ThreadPort } from "../../platform/threads.ts";

/** Milliseconds that ending an instance may take. */
const END_MS = 2_000;

/**
 * Milliseconds that compiling or making an instance may take, including the time of others. The
 * guest's own time is counted on its thread.
 */
const MAKE_MS = 30_000;

/** The host's side of one thread for guests. */
export class RemoteThread implements Engine {
  readonly name = "thread";
  readonly #with: RemoteThreadParts;
  readonly #connection: ThreadConnection;
  readonly #instances: ThreadInstances = new ThreadInstances();
  readonly #leavings: Leavings;
  /** Whether it shares memory with the host. */
  readonly #shares: boolean;
  /** One at a time, so that a call that comes in between waits for one compilation only. */
  readonly #compiling: OneAtATime = new OneAtATime();

  constructor(port: ThreadPort, memory: ThreadMemory, parts: RemoteThreadParts = {}) {
    this.#with = parts;
    this.#shares = memory.answers !== undefined;
    const reclaim = async (): Promise<void> => {
      await this.#connection.ask({ tag: "reclaim" }, MAKE_MS);
    };
    this.#leavings = new Leavings(reclaim, parts.after);
    this.#connection = new ThreadConnection(port, memory, parts, {
      instances: this.#instances,
      isCompiling: () => this.#compiling.busy,
      ended: () => void this.#leavings.clear(),
    });
  }

  /** Resolves when the thread has ended completely, once it is being ended. */
  get over(): Promise<void> {
    return this.#connection.over;
  }

  get alive(): boolean {
    return this.#connection.alive;
  }

  /** Whether it has not turned for a while, although its answer is awaited. */
  get stuck(): boolean {
    return this.#connection.stuck;
  }

  /** How many calls a party's instances on this thread have answered. */
  answeredBy(party: string): number {
    return this.#instances.answeredBy(party);
  }

  /** Whether it has said anything yet. */
  get heard(): boolean {
    return this.#connection.heard;
  }

  /** Whether it runs no guests and compiles nothing. */
  get unused(): boolean {
    return this.#instances.size === 0 && !this.#compiling.busy;
  }

  /** Whether instances of others than a party live on it. */
  hasOthers(party: string): boolean {
    return this.#instances.hasOthers(party);
  }

  /** How many instances live on it. */
  get instances(): number {
    return this.#instances.size;
  }

  instancesOf(component: number): number {
    return this.#instances.of(component);
  }

  /** `known`: the component's world. Default: the thread tells it. */
  async compile(
    bytes: Uint8Array,
    {
      suspend = [],
      restorable = false,
      limits = {},
      rules = {},
      checked = false,
      digest = "",
    }: EngineCompileOptions = {},
    before: Before = {},
    known: World | undefined = before.taken?.world,
  ): Promise<RemoteComponent> {
    return this.#compiling.run(async () => {
      const component = this.#connection.next();
      const passed = { limits: growthOf(limits), rules: rulesOf(rules), checked };
      const tells = known === undefined;
      const how = { suspend, restorable, ...passed, digest, before, tells };
      const request = { tag: "compile", component, bytes, ...how } as const;
      const reply = await this.#connection.ask(request, MAKE_MS);
      const { world = known!, fromStore = false } = reply;
      return new RemoteComponent(this, component, { world, fromStore }, suspend);
    });
  }

  /** Resolves when the thread has begun to answer. Rejects where it has ended. */
  async started(): Promise<void> {
    if (!this.#connection.heard) await this.#connection.ask({ tag: "ping" }, MAKE_MS);
  }

  /** What another thread needs to run a component that was compiled here. */
  async handOver(component: number): Promise<PortableComponent> {
    return (await this.#connection.ask({ tag: "hand-over", component }, MAKE_MS)).portable!;
  }

  async instantiate(
    component: number,
    wire: WireWorld,
    suspend: ReadonlySet<string>,
    imports: EngineImports,
    { limits = {}, startMs = Infinity, lent, party, account, room, begun }: EngineInstanceOptions,
  ): Promise<RemoteInstance> {
    const connection = this.#connection;
    const { answers } = connection;
    const number = connection.next();
    const share = room?.account.open((bytes) => room.wants(bytes), this.#shares);
    const given = givenImports(wire.imports, imports, lent);
    const instance = new RemoteInstance(
      {
        number,
        ...wire,
        suspend,
        harmless: harmlessFunctions(wire.imports, lent),
        outbox: connection.outbox,
        calls: () => connection.awaits(),
        isStuck: () => connection.stuck,
        holds: () => this.#with.holds?.(this.#instances.party(number)!) ?? false,
        strayed: (again) => bystanderError("hang", again, { place: this.#with.place }),
        mostBytes: mostBytes(limits),
        doubted: this.#with.distrusts === true ? doubtedSizes(limits) : undefined,
        errorSaid: this.#with.distrusts === true ? doubtedError : (json) => JSON.parse(json),
        share,
        answerNow: (call, writer) => answers!.answer(call, writer),
        ended: (orderly) => {
          if (instance.overstayed) this.#with.overstayed?.(this.#instances.party(number)!);
          this.#instances.ends(number);
          void this.#left(number, orderly, share);
        },
        account,
      },
      given,
    );
    this.#instances.add(number, instance, component, party ?? `component ${component}`);
    begun?.(instance);
    const request = {
      tag: "instantiate",
      component,
      instance: number,
      functions: [...given.functions.keys()],
      resources: [...given.resources.keys()],
      limits,
      startMs,
      share: share?.isShared === true ? share.words : undefined,
      lent: lendCalls(lent, this.#with.own ?? {}, this.#shares),
    } as const;
    try {
      const { memories = 1 } = await connection.ask(request, MAKE_MS + startMs);
      // Those of a process take no addresses of the host's.
      if (this.#with.place !== "process") instance.memories = memories;
    } catch (error) {
      if (instance.state === "closed") throw error;
      // The instance may still be made, where the thread is just not turning now.
      const unanswered = (error as TenonError).code === "isolate-failed";
      instance.lost(() => error as TenonError, unanswered && this.alive);
      throw error;
    } finally {
      if (instance.state === "live") this.#instances.made(number);
    }
    return instance;
  }

  async #left(instance: number, orderly: boolean, share: MemoryShare | undefined): Promise<void> {
    share?.leave();
    // An instance that has not confirmed its end may still bring the thread down.
    let over = true;
    if (orderly) {
      const asked = this.#connection.ask({ tag: "end", instance }, END_MS);
      over = await asked.then(
        () => true,
        () => false,
      );
    }
    if (share !== undefined) {
      if (this.alive) this.#leavings.add(share);
      else share.release();
    }
    if (this.alive) this.#instances.settled(instance);
    if (over) this.#instances.gone(instance);
    if (this.unused) this.#with.left?.();
  }

  /** Frees what its ended instances have left. */
  reclaim(): Promise<void> {
    return this.#leavings.clear(true);
  }

  /** Does the same soon, where there is anything that still counts. */
  reclaimSoon(): void {
    this.#leavings.clearSoon();
  }

  release(component: number): void {
    this.#connection.ask({ tag: "release", component }, MAKE_MS).catch(() => {});
  }

  terminate(): Promise<void> {
    return this.#connection.terminate();
  }

  /** Ends a thread that hangs, without waiting for it. */
  giveUp(): void {
    this.#connection.giveUp();
  }
}

/** More than an instance with these limits can have: a table's element takes 24 bytes. */
function mostBytes(limits: EngineInstanceOptions["limits"] = {}): number {
  const { memoryBytes, tableElements } = growthOf(limits);
  return 2 * (memoryBytes + tableElements * 24);
}

/** Runs tasks one after the other, in the order in which they came. */
class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /** Whether a task runs, or waits. */
  get busy(): boolean {
    return this.#count > 0;
  }

  async run<Value>(task: () => Promise<Value>): Promise<Value> {
    const others = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    this.#count++;
    try {
      await others;
      return await task();
    } finally {
      this.#count--;
      turn.resolve();
    }
  }
}
