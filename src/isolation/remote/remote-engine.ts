/// The Engine seam over a thread of guests: components are compiled and run there.
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstanceOptions,
} from "../../component/engine.ts";
import { rulesOf } from "../../component/caps/rules.ts";
import { type Border, growthOf, type PortableComponent } from "../../component/portable.ts";
import type { Before, ThreadComponent } from "../../component/thread-component.ts";
import { saidBy } from "../../component/abi/trap.ts";
import { TenonError } from "../../errors.ts";
import { AnswerWriter } from "../wire/answer-page.ts";
import { errorOf } from "../wire/error-data.ts";
import type { WireReader } from "../wire/bytes.ts";
import { Channel } from "../wire/channel.ts";
import { type Outbox, ToHost } from "../wire/frames.ts";
import { Pace } from "../wire/pace.ts";
import type { GuestReply, GuestRequest } from "../wire/messages.ts";
import { surfaceOf, type WireSurface } from "../wire/surface.ts";
import { RUNNER_WORD } from "../ticker.ts";
import { lendInside } from "./inside-leases.ts";
import { givenImports } from "./given-imports.ts";
import { RemoteInstance } from "./remote-instance.ts";
import type { ThreadEnd, ThreadMemory, ThreadOwn, ThreadPort } from "../../platform/threads.ts";

/// Milliseconds that ending an instance may take.
const END_MS = 2_000;

/// Milliseconds that compiling or making an instance may take, the others' turns included. The guest's
/// own time is counted by its thread.
const MAKE_MS = 30_000;

/// Of what a thread said before it ended.
const KEPT: ReadonlySet<number> = new Set([ToHost.done, ToHost.ran]);

export interface RemoteThreadParts {
  /// Called whenever the last instance has ended.
  readonly left?: () => void;
  /// What the thread has of its own. Default: nothing.
  readonly own?: ThreadOwn | undefined;
  /// Called once, when the thread has ended.
  readonly ended?: () => void;
  /// How much of the caller's thread goes to it. Default: as much as it asks for.
  readonly pace?: Pace;
  /// To end a thread that does not answer any more.
  readonly after?: (ms: number, callback: () => void) => Disposable;
}

/// The host's end of one thread of guests.
export class RemoteThread implements Engine {
  readonly name = "thread";
  readonly #port: ThreadPort;
  readonly #flag: Int32Array | undefined;
  readonly #pace: Pace;
  readonly #answers: AnswerWriter | undefined;
  readonly #with: RemoteThreadParts;
  readonly #channel: Channel;
  readonly #waiting: Map<number, PromiseWithResolvers<Reply>> = new Map();
  readonly #instances: Map<number, RemoteInstance> = new Map();
  /// Those whose thread may still say what they ran, though they have ended.
  readonly #accounts: Map<number, RemoteInstance> = new Map();
  /// What each of them was made of.
  readonly #components: Map<number, number> = new Map();
  #next = 1;
  /// Messages that came from the thread.
  #heard = 0;
  #heardAt = 0;
  /// The thread has ended: what it asked for is nobody's any more.
  #draining = false;
  #compiling = 0;
  /// Settles when what was to be compiled so far is. One at a time: calls that come meanwhile wait for
  /// one, not for all.
  #compiled: Promise<unknown> = Promise.resolve();
  #gone: TenonError | undefined;

  constructor(port: ThreadPort, memory: ThreadMemory, parts: RemoteThreadParts = {}) {
    const { flag, answers, rings } = memory;
    this.#port = port;
    this.#with = parts;
    this.#flag = flag && new Int32Array(flag.buffer);
    this.#pace = parts.pace ?? new Pace(undefined);
    this.#answers = answers && new AnswerWriter(answers, rings?.answers);
    this.#channel = new Channel({
      rings,
      side: "host",
      post: (message) => port.post(message),
      lost: (thrown) => this.#lose(thrown),
      pace: this.#pace,
      take: (kind, number, reader) => {
        this.#heard++;
        if (this.#draining && !KEPT.has(kind)) return;
        if (kind === ToHost.callNow) this.#asked(reader);
        if (kind === ToHost.ran) return this.#accounts.get(number)?.hasRun(reader.f64());
        const instance = this.#instances.get(number);
        if (instance !== undefined) {
          instance.take(kind, reader);
          instance.hosted(this.#pace.lap());
        }
        // Its thread waits all the same.
        else if (kind === ToHost.callNow) this.#answers!.refuse(reader.i32());
      },
      other: (message) => this.#reply(message as GuestReply),
    });
    port.listen({
      message: (message) => this.#receive(message),
      ended: (end) => {
        // What it has answered is answered.
        this.#draining = true;
        this.#channel.drain();
        this.#ended(end, end !== undefined);
      },
    });
  }

  /// The thread waits for what a frame asks.
  #asked(reader: WireReader): void {
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

  /// Whether it runs no guests and compiles nothing.
  get unused(): boolean {
    return this.#instances.size === 0 && this.#compiling === 0;
  }

  /// How many instances live there.
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
      const passed = { limits: growthOf(limits), rules: rulesOf(rules) };
      const how = { suspend, restorable, ...passed, digest, before };
      const reply = await this.#ask({ tag: "compile", component, bytes, ...how }, MAKE_MS);
      const border = reply.border ?? before.taken!.border;
      const { fromStore = false } = reply;
      return new RemoteComponent(this, component, { border, fromStore }, suspend);
    } finally {
      this.#compiling--;
      turn.resolve();
    }
  }

  /// What another thread needs to run a component that was compiled here.
  async handOver(component: number): Promise<PortableComponent> {
    return (await this.#ask({ tag: "hand-over", component }, MAKE_MS)).portable!;
  }

  async instantiate(
    component: number,
    surface: { readonly imports: WireSurface; readonly exports: WireSurface },
    suspend: ReadonlySet<string>,
    imports: EngineImports,
    { limits = {}, startMs = Infinity, inside, ran, hosted }: EngineInstanceOptions,
  ): Promise<RemoteInstance> {
    const number = this.#next++;
    const given = givenImports(surface.imports, imports, inside);
    const instance = new RemoteInstance(
      {
        number,
        ...surface,
        suspend,
        outbox: this.outbox,
        answerNow: (call, writer) => this.#answers!.answer(call, writer),
        ended: (orderly) => {
          this.#instances.delete(number);
          this.#components.delete(number);
          void this.#left(number, orderly);
        },
        ran,
        hosted,
      },
      given,
    );
    this.#instances.set(number, instance);
    this.#accounts.set(number, instance);
    this.#components.set(number, component);
    try {
      const request = {
        tag: "instantiate",
        component,
        instance: number,
        functions: [...given.functions.keys()],
        resources: [...given.resources.keys()],
        limits,
        startMs,
        inside: lendInside(inside, this.#with.own ?? {}, this.#answers !== undefined),
      } as const;
      await this.#ask(request, MAKE_MS + startMs);
    } catch (error) {
      instance.lost(error as TenonError);
      throw error;
    }
    return instance;
  }

  async #left(instance: number, orderly: boolean): Promise<void> {
    if (orderly) await this.#ask({ tag: "end", instance }, END_MS).catch(() => {});
    if (this.#gone === undefined) this.#accounts.delete(instance);
    if (this.unused) this.#with.left?.();
  }

  /// Frees what its ended instances left.
  async reclaim(): Promise<void> {
    await this.#ask({ tag: "reclaim" }, MAKE_MS);
  }

  release(component: number): void {
    this.#ask({ tag: "release", component }, MAKE_MS).catch(() => {});
  }

  async terminate(): Promise<void> {
    await this.#port.terminate();
    this.#ended(undefined);
  }

  /// It could not be told something, and nobody knows what it makes of the rest.
  #lose(thrown: unknown): void {
    this.#ended({ tag: "failed", message: `could not be told: ${saidBy(thrown)}` });
    void this.#port.terminate();
  }

  async #ask(request: WithoutId<GuestRequest>, withinMs: number): Promise<Reply> {
    if (this.#gone !== undefined) throw this.#gone;
    const id = this.#next++;
    const waiting = Promise.withResolvers<Reply>();
    this.#waiting.set(id, waiting);
    try {
      this.#channel.post({ ...request, id } as GuestRequest);
    } catch (thrown) {
      this.#lose(thrown);
    }
    const watched = this.#watch(request.tag, withinMs, waiting.reject);
    try {
      return await waiting.promise;
    } finally {
      watched();
      this.#waiting.delete(id);
    }
  }

  /// Gives up on an answer that does not come in time. A thread that said nothing at all meanwhile is
  /// stuck, and ended. Answers what ends the watch.
  #watch(tag: GuestRequest["tag"], ms: number, giveUp: (error: TenonError) => void): () => void {
    let watch: Disposable | undefined;
    const heard = this.#heard;
    const arm = (): void => {
      watch = this.#with.after?.(ms, () => {
        // Compiling takes long, and is silent.
        if (tag === "end" && this.#compiling > 0) return arm();
        giveUp(new TenonError("isolate-failed", "The thread of the plugin does not answer."));
        if (this.#heard === heard) void this.terminate();
      });
    };
    if (ms < Infinity) arm();
    return () => watch?.[Symbol.dispose]();
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

  /// `itself`: nobody ended it.
  #ended(end: ThreadEnd | undefined, itself = false): void {
    if (this.#gone !== undefined) return;
    const why =
      end?.tag === "out-of-memory"
        ? "used up its memory"
        : (end?.message ?? "was ended before it answered");
    const message = `The thread of the plugin ${why}.`;
    this.#gone = new TenonError("isolate-failed", message);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
    // Where one alone was at work, it was its doing.
    this.#countUnsaid();
    const busy = [...this.#instances.values()].filter((instance) => itself && instance.busy);
    const alone = new TenonError("isolate-failed", message, { data: { alone: true } });
    for (const instance of this.#instances.values()) {
      instance.lost(busy.length === 1 && busy[0] === instance ? alone : this.#gone);
    }
    this.#with.ended?.();
  }

  /// What ran when the thread said its last ran until now.
  #countUnsaid(): void {
    const ms = performance.now() - this.#heardAt;
    const runner = this.#flag?.[RUNNER_WORD];
    for (const [number, instance] of this.#accounts) {
      if (runner === number || (runner === undefined && instance.busy)) instance.ranUnsaid(ms);
    }
    this.#accounts.clear();
  }
}

type Reply = Extract<GuestReply, { tag: "reply" }>;

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

export class RemoteComponent implements EngineComponent {
  readonly #thread: RemoteThread;
  readonly #number: number;
  readonly #surface: { readonly imports: WireSurface; readonly exports: WireSurface };
  readonly #suspend: ReadonlySet<string>;
  readonly #border: Border;
  /// See ThreadComponent.
  readonly fromStore: boolean;
  #released = false;

  constructor(
    thread: RemoteThread,
    number: number,
    made: Pick<ThreadComponent, "border" | "fromStore">,
    suspend: readonly string[],
  ) {
    const { border, fromStore } = made;
    const { imports, exports } = border;
    this.fromStore = fromStore;
    this.#border = border;
    this.#thread = thread;
    this.#number = number;
    this.#surface = { imports: surfaceOf(imports), exports: surfaceOf(exports) };
    this.#suspend = new Set(suspend);
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<RemoteInstance> {
    if (this.#released) {
      throw new TenonError("component-closed", "the component was released: compile it again");
    }
    return this.#thread.instantiate(this.#number, this.#surface, this.#suspend, imports, options);
  }

  /// How many of its instances live there.
  get instances(): number {
    return this.#thread.instancesOf(this.#number);
  }

  /// For another thread. Rejects where this one has ended.
  async handOver(): Promise<NonNullable<Before["taken"]>> {
    return { border: this.#border, portable: await this.#thread.handOver(this.#number) };
  }

  [Symbol.dispose](): void {
    if (this.#released) return;
    this.#released = true;
    this.#thread.release(this.#number);
  }
}
