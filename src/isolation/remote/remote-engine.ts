// An Engine on a thread for guests: components are compiled and run there.
import {
  type Engine,
  type EngineCompileOptions,
  type EngineImports,
  type EngineInstanceOptions,
  type MemoryShare,
  rulesOf,
  saidBy,
} from "../../component/engine.ts";
import { type Before, growthOf, type PortableComponent } from "../../component/compiled/thread.ts";
import type { WireWorld } from "../../component/wire/index.ts";
import { TenonError } from "../../errors.ts";
import { AnswerWriter, bytesOf } from "../wire/answer-page.ts";
import { Channel } from "../wire/channel.ts";
import { type Outbox, ToHost } from "../wire/frames.ts";
import { Pace } from "../wire/pace.ts";
import type { GuestReply, GuestRequest } from "../wire/messages.ts";
import { RUNNER_WORD, TURNS_WORD } from "../ticker.ts";
import { lendInside } from "./inside-leases.ts";
import { givenImports } from "./given-imports.ts";
import { failureOf, lossOf, onlyOne, type ThreadLoss } from "./lost-thread.ts";
import { harmlessFunctions } from "./host-functions.ts";
import { RemoteComponent } from "./remote-component.ts";
import { Leavings } from "./leavings.ts";
import { RemoteInstance } from "./remote-instance.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import type { RemoteThreadParts } from "./remote-thread-parts.ts";
import { StuckThread } from "./stuck-thread.ts";
import { ThreadInstances } from "./thread-instances.ts";
import { type Reply, ThreadRequests, type WithoutId } from "./thread-requests.ts";
import { ThreadWatch } from "./thread-watch.ts";
import type { ThreadEnd, ThreadMemory, ThreadPort } from "../../platform/threads.ts";

/** Milliseconds that ending an instance may take. */
const END_MS = 2_000;

/**
 * Milliseconds that compiling or making an instance may take, including the time of others. The
 * guest's own time is counted on its thread.
 */
const MAKE_MS = 30_000;

/** The frames that still count after the thread has ended. */
const KEPT: ReadonlySet<number> = new Set([ToHost.done, ToHost.ran]);

/**
 * Milliseconds for which a guest may keep its thread from turning; and for which the thread
 * itself may, by its work for the host or where the cause is unknown.
 */
const STUCK_MS = 200;
const PATIENCE_MS = 600;

/** The host's side of one thread for guests. */
export class RemoteThread implements Engine {
  readonly name = "thread";
  readonly #port: ThreadPort;
  readonly #pace: Pace;
  readonly #answers: AnswerWriter | undefined;
  readonly #with: RemoteThreadParts;
  readonly #channel: Channel;
  readonly #requests: ThreadRequests;
  readonly #instances: ThreadInstances = new ThreadInstances();
  readonly #words: Int32Array | undefined;
  readonly #stuck: StuckThread;
  readonly #watch: ThreadWatch | undefined;
  readonly #leavings: Leavings;
  #next = 1;
  /** How many messages have come from the thread. */
  #heard = 0;
  #heardAt = 0;
  /** True once the thread has ended: its requests are not served any more. */
  #draining = false;
  /** One at a time, so that a call that comes in between waits for one compilation only. */
  readonly #compiling: OneAtATime = new OneAtATime();
  #gone: TenonError | undefined;
  /** Resolves when the thread has ended completely, once it is being ended. */
  over: Promise<void> = Promise.resolve();

  constructor(port: ThreadPort, memory: ThreadMemory, parts: RemoteThreadParts = {}) {
    const { answers, rings, flag } = memory;
    this.#port = port;
    this.#with = parts;
    this.#words = flag && new Int32Array(flag.buffer);
    this.#requests = this.#asks();
    this.#stuck = new StuckThread({
      instances: this.#instances,
      requests: this.#requests,
      running: () => this.#running(),
      isCompiling: () => this.#compiling.busy,
      compileMs: parts.compileMs,
      tell: parts.stuck,
      lose: (loss) => this.#hung(loss),
    });
    this.#watch = this.#watched();
    this.#pace = parts.pace ?? new Pace(undefined);
    const reclaim = async (): Promise<void> => {
      await this.#ask({ tag: "reclaim" }, MAKE_MS);
    };
    this.#leavings = new Leavings(reclaim, parts.after);
    this.#answers = answers && new AnswerWriter(answers, rings?.answers);
    const keep = (): void => parts.keep?.(bytesOf({ answers, rings }));
    this.#answers?.onGrow(keep);
    keep();
    this.#channel = new Channel({
      rings,
      side: "host",
      post: (message, gives) => port.post(message, gives),
      lost: (thrown) => this.#lose(thrown),
      pace: this.#pace,
      take: (kind, number, reader) => {
        this.#heard++;
        if (this.#draining && !KEPT.has(kind)) return;
        if (kind === ToHost.callNow) this.#answers!.askedBy(reader);
        if (kind === ToHost.ran) return this.#instances.hasRun(number, reader.f64());
        const instance = this.#instances.get(number);
        if (instance !== undefined) {
          instance.take(kind, reader);
          instance.hosted(this.#pace.lap());
        }
        // The instance has ended, but its thread waits for an answer.
        else if (kind === ToHost.callNow) this.#answers!.refuse(reader.i32());
      },
      other: (message) => {
        this.#requests.answered(message as GuestReply);
        this.#pace.lap();
      },
    });
    port.listen({
      message: (message) => this.#receive(message),
      ended: (end) => {
        // Answers that had arrived before its end still count.
        this.#draining = true;
        this.#channel.drain();
        this.#exited(end);
      },
    });
  }

  #watched(): ThreadWatch | undefined {
    const { after } = this.#with;
    return (
      after &&
      new ThreadWatch({
        after,
        mayAnswer: () => this.#heard > 0 && !this.#instances.owes,
        patienceMs: () => (this.#running() === undefined ? PATIENCE_MS : STUCK_MS),
        signs: () => this.#heard + (this.#words?.[TURNS_WORD] ?? 0),
        ranMs: () => this.#with.ranMs?.(),
        waitedFor: () => this.#requests.underWay || this.#instances.busy,
        ping: () => void this.#ask({ tag: "ping" }, Infinity).catch(() => {}),
        stuck: (ms) => this.#stuck.since(ms),
        goesOn: () => {
          this.#stuck.goesOn();
          this.#with.goesOn?.();
        },
      })
    );
  }

  #asks(): ThreadRequests {
    return new ThreadRequests({
      next: () => this.#next++,
      post: (request) => this.#channel.post(request),
      lose: (thrown) => this.#lose(thrown),
      begins: () => this.#watch?.begin(),
      heard: () => this.#heard,
      isStuck: () => this.stuck,
      isCompiling: () => this.#compiling.busy,
      hung: () => this.#stuck.hung(),
      after: this.#with.after,
    });
  }

  get outbox(): Outbox {
    return this.#channel.outbox;
  }

  get alive(): boolean {
    return this.#gone === undefined;
  }

  /** Whether it has not turned for a while, although its answer is awaited. */
  get stuck(): boolean {
    return this.#watch?.stuck ?? false;
  }

  /** How many calls a party's instances on this thread have answered. */
  answeredBy(party: string): number {
    return this.#instances.answeredBy(party);
  }

  /** Whether it runs no guests and compiles nothing. */
  get unused(): boolean {
    return this.#instances.size === 0 && !this.#compiling.busy;
  }

  /** How many instances live on it. */
  get instances(): number {
    return this.#instances.size;
  }

  instancesOf(component: number): number {
    return this.#instances.of(component);
  }

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
  ): Promise<RemoteComponent> {
    return this.#compiling.run(async () => {
      const component = this.#next++;
      const passed = { limits: growthOf(limits), rules: rulesOf(rules), checked };
      const how = { suspend, restorable, ...passed, digest, before };
      const reply = await this.#ask({ tag: "compile", component, bytes, ...how }, MAKE_MS);
      const world = reply.world ?? before.taken!.world;
      const { fromStore = false } = reply;
      return new RemoteComponent(this, component, { world, fromStore }, suspend);
    });
  }

  /** Resolves when the thread has begun to answer. Rejects where it has ended. */
  async started(): Promise<void> {
    if (this.#heard === 0) await this.#ask({ tag: "ping" }, MAKE_MS);
  }

  /** What another thread needs to run a component that was compiled here. */
  async handOver(component: number): Promise<PortableComponent> {
    return (await this.#ask({ tag: "hand-over", component }, MAKE_MS)).portable!;
  }

  async instantiate(
    component: number,
    wire: WireWorld,
    suspend: ReadonlySet<string>,
    imports: EngineImports,
    { limits = {}, startMs = Infinity, inside, party, ran, hosted, room }: EngineInstanceOptions,
  ): Promise<RemoteInstance> {
    const number = this.#next++;
    const share = room?.account.open((bytes) => room.wants(bytes));
    const given = givenImports(wire.imports, imports, inside);
    const instance = new RemoteInstance(
      {
        number,
        ...wire,
        suspend,
        harmless: harmlessFunctions(wire.imports, inside),
        outbox: this.outbox,
        calls: () => this.#watch?.begin(),
        isStuck: () => this.stuck,
        share,
        answerNow: (call, writer) => this.#answers!.answer(call, writer),
        ended: (orderly) => {
          if (instance.overstayed) this.#with.overstayed?.(this.#instances.party(number)!);
          this.#instances.ends(number);
          void this.#left(number, orderly, share);
        },
        ran,
        hosted,
      },
      given,
    );
    this.#instances.add(number, instance, component, party ?? `component ${component}`);
    const request = {
      tag: "instantiate",
      component,
      instance: number,
      functions: [...given.functions.keys()],
      resources: [...given.resources.keys()],
      limits,
      startMs,
      share: share?.isShared === true ? share.words : undefined,
      inside: lendInside(inside, this.#with.own ?? {}, this.#answers !== undefined),
    } as const;
    try {
      instance.memories = (await this.#ask(request, MAKE_MS + startMs)).memories ?? 1;
    } catch (error) {
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
      const asked = this.#ask({ tag: "end", instance }, END_MS);
      over = await asked.then(
        () => true,
        () => false,
      );
    }
    if (share !== undefined) {
      if (this.alive) this.#leavings.add(share);
      else share.release();
    }
    if (this.#gone === undefined) this.#instances.settled(instance);
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
    this.#ask({ tag: "release", component }, MAKE_MS).catch(() => {});
  }

  async terminate(): Promise<void> {
    const terminated = this.#end();
    // A stuck thread ends only when V8 has finished what it compiles.
    if (!this.stuck) await terminated;
    this.#ended(undefined);
  }

  /** Ends a thread that hangs, without waiting for it. */
  giveUp(): void {
    void this.#end();
    this.#ended({ why: "hang", suspects: [] });
  }

  /** A message could not be sent, so the thread's state is unknown. */
  #lose(thrown: unknown): void {
    const message = `could not be told: ${saidBy(thrown)}`;
    this.#ended({ why: "failed", suspects: [] }, ` (it ${message})`);
    void this.#end();
  }

  #end(): Promise<void> {
    return (this.over = this.#port.terminate());
  }

  /** The thread does not answer any more. Ends it without waiting for that. */
  #hung(loss: ThreadLoss): void {
    if (!this.alive) return;
    void this.#end();
    this.#ended(loss);
  }

  async #ask(request: WithoutId<GuestRequest>, withinMs: number): Promise<Reply> {
    if (this.#gone !== undefined) throw this.#gone;
    return this.#requests.ask(request, withinMs);
  }

  /** The instance whose code the thread runs, as it last said. */
  #running(): number | undefined {
    return this.#words?.[RUNNER_WORD] || undefined;
  }

  #exited(end: ThreadEnd | undefined): void {
    if (end === undefined) return this.#ended(undefined);
    const [why, detail] = lossOf(end);
    this.#ended({ why, suspects: this.#instances.suspects(this.#running()) }, detail);
  }

  #receive(message: unknown): void {
    this.#heard++;
    this.#heardAt = performance.now();
    this.#channel.receive(message);
  }

  /** `loss`: set where the host did not end the thread on purpose. */
  #ended(loss: ThreadLoss | undefined, detail = ""): void {
    if (this.#gone !== undefined) return;
    this.#watch?.[Symbol.dispose]();
    const culprit = loss && (this.#with.lost ?? onlyOne)(loss);
    const failure = failureOf(loss, culprit, detail);
    this.#gone = failure(undefined, true);
    const partyOf = (instance: number | undefined): string | undefined =>
      instance === undefined ? undefined : this.#instances.party(instance);
    this.#requests.lost((instance) => failure(partyOf(instance), true));
    void this.#leavings.clear();
    this.#with.keep?.(0);
    this.#instances.lost(performance.now() - this.#heardAt, this.#words?.[RUNNER_WORD], failure);
    this.#with.ended?.();
  }
}
