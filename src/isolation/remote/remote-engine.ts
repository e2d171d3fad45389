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
import type { WireReader, WireWorld } from "../../component/wire/index.ts";
import { TenonError } from "../../errors.ts";
import { AnswerWriter } from "../wire/answer-page.ts";
import { errorOf } from "../wire/error-data.ts";
import { Channel } from "../wire/channel.ts";
import { type Outbox, ToHost } from "../wire/frames.ts";
import { Pace } from "../wire/pace.ts";
import type { GuestReply, GuestRequest } from "../wire/messages.ts";
import type { Suspect } from "../suspects.ts";
import { RUNNER_WORD, TURNS_WORD } from "../ticker.ts";
import { lendInside } from "./inside-leases.ts";
import { givenImports } from "./given-imports.ts";
import { bystanderError, culpritError, type LossKind, type ThreadLoss } from "./lost-thread.ts";
import { harmlessFunctions } from "./harmless.ts";
import { RemoteComponent } from "./remote-component.ts";
import { Leavings } from "./leavings.ts";
import { RemoteInstance } from "./remote-instance.ts";
import { ThreadWatch } from "./thread-watch.ts";
import type { ThreadEnd, ThreadMemory, ThreadOwn, ThreadPort } from "../../platform/threads.ts";

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
 * Milliseconds for which a guest may keep its thread from turning; and for which the thread itself
 * may, by its work for the host or where the cause is unknown.
 */
const STUCK_MS = 200;
const PATIENCE_MS = 600;

/**
 * Milliseconds of silence after which a thread is ended; and the same where the guest that keeps it
 * busy has been ended already.
 */
const HUNG_MS = 3_000;
const LEFT_MS = 500;

export interface RemoteThreadParts {
  /** Called whenever the last instance has ended. */
  readonly left?: () => void;
  /** The thread's own clock and entropy. Default: none. */
  readonly own?: ThreadOwn | undefined;
  /**
   * Called with the bytes of the buffers for talking to the thread. Default: they are not counted.
   */
  readonly keep?: ((bytes: number) => void) | undefined;
  /** Called once, when the thread has ended. */
  readonly ended?: () => void;
  /** Limits how much of the caller's thread it gets. Default: no limit. */
  readonly pace?: Pace;
  /**
   * Called before `ended` where the thread was lost. Returns the party that caused it, where that
   * is certain. Default: the only party on the thread, if there is just one.
   */
  readonly lost?: (loss: ThreadLoss) => string | undefined;
  /**
   * Called when the thread does not turn any more, with the suspects that may keep it busy. Calls
   * of other parties that wait there are about to be ended.
   */
  readonly stuck?: (suspects: readonly Suspect[]) => void;
  /**
   * An instance of the party was stopped because its time was used up, or ended in the middle of
   * its own code.
   */
  readonly overstayed?: (party: string) => void;
  /** Milliseconds that the thread may compile in silence while it has no guests. Default: 3,000. */
  readonly compileMs?: number;
  /** Called when the thread turns again after it was stuck. */
  readonly goesOn?: () => void;
  /** See ThreadSource. */
  readonly ranMs?: (() => number) | undefined;
  /** Sets the timers that end a thread which does not answer any more. */
  readonly after?: (ms: number, callback: () => void) => Disposable;
}

/** The host's side of one thread for guests. */
export class RemoteThread implements Engine {
  readonly name = "thread";
  readonly #port: ThreadPort;
  readonly #pace: Pace;
  readonly #answers: AnswerWriter | undefined;
  readonly #with: RemoteThreadParts;
  readonly #channel: Channel;
  readonly #waiting: Map<number, Waiting> = new Map();
  /** How many of them are waited for, not counting pings. */
  #asked = 0;
  readonly #instances: Map<number, RemoteInstance> = new Map();
  /** Instances whose running time the thread may still report, including ended ones. */
  readonly #accounts: Map<number, RemoteInstance> = new Map();
  /** The component of each instance. */
  readonly #components: Map<number, number> = new Map();
  /** The party of each instance; for one that has ended, until the thread confirms that. */
  readonly #parties: Map<number, string> = new Map();
  /** Instances that are being made or ended. */
  readonly #changing: Set<number> = new Set();
  readonly #words: Int32Array | undefined;
  readonly #watch: ThreadWatch | undefined;
  readonly #keep: (bytes: number) => void;
  readonly #leavings: Leavings;
  #next = 1;
  /** How many messages have come from the thread. */
  #heard = 0;
  #heardAt = 0;
  /** True once the thread has ended: its requests are not served any more. */
  #draining = false;
  #compiling = 0;
  /**
   * Settles when the compilations requested so far have ended. They run one at a time, so that a
   * call that comes in between waits for one of them only.
   */
  #compiled: Promise<unknown> = Promise.resolve();
  #gone: TenonError | undefined;
  /** Whether the suspects for its being stuck have been named since it last turned. */
  #named = false;
  /** Resolves when the thread has ended completely, once it is being ended. */
  over: Promise<void> = Promise.resolve();

  constructor(port: ThreadPort, memory: ThreadMemory, parts: RemoteThreadParts = {}) {
    const { answers, rings, flag } = memory;
    this.#port = port;
    this.#keep = parts.keep ?? (() => {});
    this.#with = parts;
    this.#words = flag && new Int32Array(flag.buffer);
    this.#watch = this.#watched();
    this.#pace = parts.pace ?? new Pace(undefined);
    const reclaim = async (): Promise<void> => {
      await this.#ask({ tag: "reclaim" }, MAKE_MS);
    };
    this.#leavings = new Leavings(reclaim, parts.after);
    this.#answers = answers && new AnswerWriter(answers, rings?.answers);
    this.#answers?.onGrow(() => this.#keep(bytesOf({ answers, rings })));
    this.#keep(bytesOf({ answers, rings }));
    this.#channel = new Channel({
      rings,
      side: "host",
      post: (message, gives) => port.post(message, gives),
      lost: (thrown) => this.#lose(thrown),
      pace: this.#pace,
      take: (kind, number, reader) => {
        this.#heard++;
        if (this.#draining && !KEPT.has(kind)) return;
        if (kind === ToHost.callNow) this.#notesAsked(reader);
        if (kind === ToHost.ran) return this.#accounts.get(number)?.hasRun(reader.f64());
        const instance = this.#instances.get(number);
        if (instance !== undefined) {
          instance.take(kind, reader);
          instance.hosted(this.#pace.lap());
        }
        // The instance has ended, but its thread waits for an answer.
        else if (kind === ToHost.callNow) this.#answers!.refuse(reader.i32());
      },
      other: (message) => this.#reply(message as GuestReply),
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
        mayAnswer: () => this.#heard > 0 && !this.#owes(),
        patienceMs: () => (this.#running() === undefined ? PATIENCE_MS : STUCK_MS),
        signs: () => this.#heard + (this.#words?.[TURNS_WORD] ?? 0),
        ranMs: () => this.#with.ranMs?.(),
        waitedFor: () => this.#asked > 0 || this.#someBusy(),
        ping: () => void this.#ask({ tag: "ping" }, Infinity).catch(() => {}),
        stuck: (ms) => this.#stuck(ms),
        goesOn: () => {
          this.#named = false;
          this.#with.goesOn?.();
        },
      })
    );
  }

  /** Whether the thread waits for the answer of a host function. */
  #owes(): boolean {
    for (const { owes } of this.#instances.values()) if (owes) return true;
    return false;
  }

  #someBusy(): boolean {
    for (const { busy } of this.#instances.values()) if (busy) return true;
    return false;
  }

  /** The thread waits for the answer to this frame. */
  #notesAsked(reader: WireReader): void {
    const start = reader.at;
    this.#answers!.asked(reader.i32());
    reader.at = start;
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
    let answered = 0;
    for (const [number, instance] of this.#instances) {
      if (this.#parties.get(number) === party) answered += instance.answered;
    }
    return answered;
  }

  /** Whether it runs no guests and compiles nothing. */
  get unused(): boolean {
    return this.#instances.size === 0 && this.#compiling === 0;
  }

  /** How many instances live on it. */
  get instances(): number {
    return this.#instances.size;
  }

  instancesOf(component: number): number {
    let count = 0;
    for (const of of this.#components.values()) if (of === component) count++;
    return count;
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
    const others = this.#compiled;
    const turn = Promise.withResolvers<void>();
    this.#compiled = turn.promise;
    this.#compiling++;
    try {
      await others;
      const component = this.#next++;
      const passed = { limits: growthOf(limits), rules: rulesOf(rules), checked };
      const how = { suspend, restorable, ...passed, digest, before };
      const reply = await this.#ask({ tag: "compile", component, bytes, ...how }, MAKE_MS);
      const world = reply.world ?? before.taken!.world;
      const { fromStore = false } = reply;
      return new RemoteComponent(this, component, { world, fromStore }, suspend);
    } finally {
      this.#compiling--;
      turn.resolve();
    }
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
    this.#parties.set(number, party ?? `component ${component}`);
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
          if (instance.overstayed) this.#with.overstayed?.(this.#parties.get(number)!);
          this.#instances.delete(number);
          this.#components.delete(number);
          void this.#left(number, orderly, share);
        },
        ran,
        hosted,
      },
      given,
    );
    this.#instances.set(number, instance);
    this.#accounts.set(number, instance);
    this.#components.set(number, component);
    this.#changing.add(number);
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
      if (instance.state === "live") this.#changing.delete(number);
    }
    return instance;
  }

  async #left(instance: number, orderly: boolean, share: MemoryShare | undefined): Promise<void> {
    this.#changing.add(instance);
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
    if (this.#gone === undefined) this.#accounts.delete(instance);
    if (over) {
      this.#changing.delete(instance);
      this.#parties.delete(instance);
    }
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

  /** Ends the thread without waiting for it. */
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

  /** Ends a thread that hangs, without waiting for it. */
  #hung(): void {
    if (!this.alive) return;
    const suspects = this.#holders();
    void this.#end();
    // Where several are suspected, that has been recorded already.
    this.#ended({ why: "hang", suspects: this.#named && suspects.length > 1 ? [] : suspects });
  }

  async #ask(request: WithoutId<GuestRequest>, withinMs: number): Promise<Reply> {
    if (this.#gone !== undefined) throw this.#gone;
    const id = this.#next++;
    const waiting = Promise.withResolvers<Reply>();
    const { tag } = request;
    const instance = tag === "instantiate" ? request.instance : undefined;
    this.#waiting.set(id, { ...waiting, instance });
    if (tag !== "ping") {
      this.#asked++;
      this.#watch?.begin();
    }
    try {
      this.#channel.post({ ...request, id } as GuestRequest);
    } catch (thrown) {
      this.#lose(thrown);
    }
    const watched = this.#limit(tag, withinMs, waiting.reject);
    try {
      return await waiting.promise;
    } finally {
      if (tag !== "ping") this.#asked--;
      watched();
      this.#waiting.delete(id);
    }
  }

  /**
   * Gives up an answer that does not come in time. A thread that turns, but has said nothing at all
   * since the request, is ended. Returns a function that ends the watch.
   */
  #limit(tag: GuestRequest["tag"], ms: number, giveUp: (error: TenonError) => void): () => void {
    let watch: Disposable | undefined;
    const heard = this.#heard;
    const arm = (): void => {
      watch = this.#with.after?.(ms, () => {
        // While it compiles, it is silent for long.
        if (tag === "end" && this.#compiling > 0) return arm();
        if (this.#heard === heard && !this.stuck) this.#hung();
        giveUp(new TenonError("isolate-failed", "The thread of the plugin does not answer."));
      });
    };
    if (ms < Infinity) arm();
    return () => watch?.[Symbol.dispose]();
  }

  /** The instance whose code the thread runs, as it last said. */
  #running(): number | undefined {
    return this.#words?.[RUNNER_WORD] || undefined;
  }

  /**
   * The suspects for keeping the thread busy: the one whose code runs; where none runs, those at
   * work.
   */
  #holders(): readonly Suspect[] {
    const suspects = this.#suspects();
    const ran = suspects.filter((suspect) => suspect.ran);
    if (ran.length > 0) return ran;
    const busy = suspects.filter((suspect) => suspect.busy);
    return busy.length > 0 ? busy : suspects;
  }

  /**
   * The thread has not turned for `ms` milliseconds. Calls that wait there and can be repeated on
   * another thread are rejected, so that they are.
   */
  #stuck(ms: number): void {
    const holders = this.#holders();
    const parties = new Set(holders.map(({ party }) => party));
    const [holder] = parties.size === 1 ? parties : [];
    const left = holder !== undefined && !this.#isAtWork(holder);
    const compiles = this.#instances.size === 0 && this.#compiling > 0;
    const hungMs = compiles ? (this.#with.compileMs ?? HUNG_MS) : HUNG_MS;
    if (ms >= (left ? LEFT_MS : hungMs)) return this.#hung();
    if (!this.#named) this.#with.stuck?.(holders);
    this.#named = true;
    const error = bystanderError("hang", true);
    for (const { instance, reject } of this.#waiting.values()) {
      if (instance !== undefined && this.#parties.get(instance) !== holder) reject(error);
    }
    for (const [number, instance] of this.#instances) {
      if (this.#parties.get(number) !== holder && !this.#changing.has(number)) instance.leave();
    }
  }

  #isAtWork(party: string): boolean {
    for (const [number, { busy }] of this.#instances) {
      if (this.#parties.get(number) === party && (busy || this.#changing.has(number))) return true;
    }
    return false;
  }

  /** All parties with instances on the thread, including those whose end is not confirmed. */
  #suspects(): readonly Suspect[] {
    const runs = this.#running();
    return Array.from(this.#parties, ([number, party]) => ({
      party,
      ran: number === runs,
      busy: this.#changing.has(number) || (this.#instances.get(number)?.busy ?? false),
    }));
  }

  #exited(end: ThreadEnd | undefined): void {
    if (end === undefined) return this.#ended(undefined);
    const [why, detail] = lossOf(end);
    this.#ended({ why, suspects: this.#suspects() }, detail);
  }

  #receive(message: unknown): void {
    this.#heard++;
    this.#heardAt = performance.now();
    this.#channel.receive(message);
  }

  #reply(reply: GuestReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.tag === "reply") waiting?.resolve(reply);
    else waiting?.reject(errorOf(reply.error));
    this.#pace.lap();
  }

  /** `loss`: set where the host did not end the thread on purpose. */
  #ended(loss: ThreadLoss | undefined, detail = ""): void {
    if (this.#gone !== undefined) return;
    this.#watch?.[Symbol.dispose]();
    const culprit = loss && (this.#with.lost ?? onlyOne)(loss);
    const failure = (party: string | undefined, again: boolean): TenonError => {
      if (loss === undefined) return ended();
      return party !== undefined && party === culprit
        ? culpritError(loss.why, detail)
        : bystanderError(loss.why, again, detail);
    };
    this.#gone = failure(undefined, true);
    for (const { reject, instance } of this.#waiting.values()) {
      reject(failure(instance === undefined ? undefined : this.#parties.get(instance), true));
    }
    this.#waiting.clear();
    void this.#leavings.clear();
    this.#keep(0);
    this.#countUnsaid();
    for (const [number, instance] of this.#instances) {
      const party = this.#parties.get(number);
      instance.lost((again) => failure(party, again));
    }
    this.#with.ended?.();
  }

  /** Counts the guest that ran when the thread last said so as running until now. */
  #countUnsaid(): void {
    const ms = performance.now() - this.#heardAt;
    const runner = this.#words?.[RUNNER_WORD];
    for (const [number, instance] of this.#accounts) {
      if (runner === number || (runner === undefined && instance.busy)) instance.ranUnsaid(ms);
    }
    this.#accounts.clear();
  }
}

function bytesOf({ answers, rings }: Omit<ThreadMemory, "flag">): number {
  const buffers = [answers, rings?.toGuest, rings?.toHost, rings?.answers];
  return buffers.reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
}

type Reply = Extract<GuestReply, { tag: "reply" }>;

interface Waiting extends Pick<PromiseWithResolvers<Reply>, "resolve" | "reject"> {
  /** The instance that the request makes. */
  readonly instance: number | undefined;
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

function ended(): TenonError {
  const message = "The thread of the plugin was ended before it answered.";
  return new TenonError("isolate-failed", message);
}

function onlyOne({ suspects }: ThreadLoss): string | undefined {
  const parties = new Set(suspects.map(({ party }) => party));
  return parties.size === 1 ? [...parties][0] : undefined;
}

function lossOf(end: ThreadEnd): readonly [why: LossKind, detail: string] {
  return end.tag === "out-of-memory" ? ["memory", ""] : ["failed", ` (${end.message})`];
}
