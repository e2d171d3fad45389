// The host's connection to one thread: what is sent and what arrives, whether the thread turns, and
// how it ends.
import { saidBy } from "../../component/engine.ts";
import { WireReader } from "../../component/wire/index.ts";
import { TenonError } from "../../errors.ts";
import type { ThreadEnd, ThreadMemory, ThreadPort } from "../../platform/threads.ts";
import { RUNNER_WORD, TURNS_WORD } from "../ticker.ts";
import { AnswerPage, AnswerWriter, bytesOf } from "../wire/answer-page.ts";
import { Channel, isChannelMessage } from "../wire/channel.ts";
import { type Outbox, ToHost } from "../wire/frames.ts";
import type { GuestReply, GuestRequest } from "../wire/messages.ts";
import { Pace } from "../wire/pace.ts";
import { doubtedReply } from "./doubted.ts";
import { failureOf, lossOf, onlyOne, type ThreadLoss } from "./lost-thread.ts";
import type { RemoteThreadParts } from "./remote-thread-parts.ts";
import { StuckThread } from "./stuck-thread.ts";
import type { ThreadInstances } from "./thread-instances.ts";
import { type Reply, ThreadRequests, type WithoutId } from "./thread-requests.ts";
import { ThreadWatch } from "./thread-watch.ts";

/** The frames that still count after the thread has ended. */
const KEPT: ReadonlySet<number> = new Set([ToHost.done, ToHost.ran]);

/**
 * Milliseconds for which a guest may keep its thread from turning; and for which the thread
 * itself may, by its work for the host or where the cause is unknown.
 */
const STUCK_MS = 200;
const PATIENCE_MS = 600;

/** What runs on the thread: made by RemoteThread. */
export interface ThreadWork {
  readonly instances: ThreadInstances;
  isCompiling(): boolean;
  /** The thread has ended, and will not free what its instances have left. */
  ended(): void;
}

export class ThreadConnection {
  readonly #port: ThreadPort;
  readonly #pace: Pace;
  readonly #with: RemoteThreadParts;
  readonly #work: ThreadWork;
  readonly #channel: Channel;
  readonly #requests: ThreadRequests;
  readonly #words: Int32Array | undefined;
  readonly #stuck: StuckThread;
  readonly #watch: ThreadWatch | undefined;
  /** Where answers of host functions go that the thread waits for, where it can wait. */
  readonly answers: AnswerWriter | undefined;
  #next = 1;
  /** How many messages have come from the thread. */
  #heard = 0;
  #heardAt = 0;
  /** True once the thread has ended: its requests are not served any more. */
  #draining = false;
  #gone: TenonError | undefined;
  /** Resolves when the thread has ended completely, once it is being ended. */
  over: Promise<void> = Promise.resolve();

  constructor(port: ThreadPort, memory: ThreadMemory, parts: RemoteThreadParts, work: ThreadWork) {
    const { answers, rings, flag } = memory;
    this.#port = port;
    this.#with = parts;
    this.#work = work;
    this.#words = flag && new Int32Array(flag.buffer);
    this.#requests = this.#asks();
    this.#stuck = new StuckThread({
      instances: work.instances,
      requests: this.#requests,
      running: () => this.#running(),
      isCompiling: work.isCompiling,
      compileMs: parts.compileMs,
      tell: parts.stuck,
      lose: (loss) => this.#hung(loss),
    });
    this.#watch = this.#watched();
    this.#pace = parts.pace ?? new Pace(undefined);
    const keep = (): void => parts.keep?.(bytesOf({ answers, rings }));
    const target = answers ? new AnswerPage(answers, rings?.answers, keep) : parts.answers;
    this.answers = target && new AnswerWriter(target);
    keep();
    const { instances } = work;
    this.#channel = new Channel({
      rings,
      side: "host",
      post: (message, gives) => port.post(message, gives),
      postFrames: port.postFrames && ((number, frames) => port.postFrames!(number, frames)),
      lost: (thrown) => this.#lose(thrown),
      garbled: parts.distrusts ? (thrown) => this.#garbled(thrown) : undefined,
      pace: this.#pace,
      take: (kind, number, reader, length) => {
        this.#heard++;
        if (this.#draining && !KEPT.has(kind)) return;
        if (kind === ToHost.callNow) this.answers!.askedBy(reader);
        if (parts.distrusts === true && number >= this.#next) {
          throw new RangeError("a frame is of an instance that never was");
        }
        const instance = instances.get(number);
        if (kind === ToHost.ran) instances.hasRun(number, reader.f64());
        else if (instance !== undefined) instance.take(kind, reader, length);
        // The instance has ended, but its thread waits for an answer.
        else if (kind === ToHost.callNow) this.answers!.refuse(reader.i32());
        const ms = this.#pace.lap();
        instance?.hosted(ms);
      },
      other: (message) => {
        const reply = parts.distrusts === true ? doubtedReply(message) : (message as GuestReply);
        this.#requests.answered(reply);
        this.#pace.lap();
      },
    });
    port.listen({
      message: (message) => {
        if (!isChannelMessage(message)) return;
        this.#hears();
        this.#channel.receive(message);
      },
      frames: (number, frames, taken) => {
        this.#hears();
        this.#channel.receiveFrames(number, new WireReader(frames), taken);
      },
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
    const { instances } = this.#work;
    return (
      after &&
      new ThreadWatch({
        after,
        mayAnswer: () => this.#heard > 0 && !instances.owes,
        patienceMs: () => (this.#running() === undefined ? PATIENCE_MS : STUCK_MS),
        signs: () => this.#heard + (this.#words?.[TURNS_WORD] ?? 0),
        ranMs: () => this.#with.ranMs?.(),
        waitedFor: () => this.#requests.underWay || instances.busy,
        ping: () => void this.ask({ tag: "ping" }, Infinity).catch(() => {}),
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
      next: () => this.next(),
      post: (request) => this.#channel.post(request),
      lose: (thrown) => this.#lose(thrown),
      begins: () => this.awaits(),
      heard: () => this.#heard,
      isStuck: () => this.stuck,
      isCompiling: this.#work.isCompiling,
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

  /** Whether the thread has not turned for a while, although its answer is awaited. */
  get stuck(): boolean {
    return this.#watch?.stuck ?? false;
  }

  /** Whether the thread has said anything yet. */
  get heard(): boolean {
    return this.#heard > 0;
  }

  /** A number that is unique on the thread. */
  next(): number {
    return this.#next++;
  }

  /** An answer is awaited from now on: watches whether the thread turns. */
  awaits(): void {
    this.#watch?.begin();
  }

  async ask(request: WithoutId<GuestRequest>, withinMs: number): Promise<Reply> {
    if (this.#gone !== undefined) throw this.#gone;
    return this.#requests.ask(request, withinMs);
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

  /** It has said what can't be understood, so nothing that it says can be trusted. */
  #garbled(thrown: unknown): void {
    if (!this.alive) return;
    const suspects = this.#work.instances.suspects(undefined);
    void this.#end();
    this.#ended({ why: "failed", suspects }, ` (what it said can't be read: ${saidBy(thrown)})`);
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

  /** The instance whose code the thread runs, as it last said. */
  #running(): number | undefined {
    return this.#words?.[RUNNER_WORD] || undefined;
  }

  #exited(end: ThreadEnd | undefined): void {
    if (end === undefined) return this.#ended(undefined);
    const [why, detail] = lossOf(end);
    this.#ended({ why, suspects: this.#work.instances.suspects(this.#running()) }, detail);
  }

  #hears(): void {
    this.#heard++;
    this.#heardAt = performance.now();
  }

  /** `loss`: set where the host did not end the thread on purpose. */
  #ended(loss: ThreadLoss | undefined, detail = ""): void {
    if (this.#gone !== undefined) return;
    this.#watch?.[Symbol.dispose]();
    const { instances } = this.#work;
    const culprit = loss && (this.#with.lost ?? onlyOne)(loss);
    const failure = failureOf(loss, culprit, { place: this.#with.place, detail });
    this.#gone = failure(undefined, true);
    const partyOf = (instance: number | undefined): string | undefined =>
      instance === undefined ? undefined : instances.party(instance);
    this.#requests.lost((instance) => failure(partyOf(instance), true));
    this.#work.ended();
    this.#with.keep?.(0);
    instances.lost(performance.now() - this.#heardAt, this.#words?.[RUNNER_WORD], failure);
    this.#with.ended?.();
  }
}
