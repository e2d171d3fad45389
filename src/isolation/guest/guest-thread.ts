// The program of a guest's thread: it compiles components, makes instances, and passes calls
// between them and the host.
import {
  type AsciiDecoder,
  SharedModules,
  type ThreadComponent,
  threadComponent,
} from "../../component/compiled/thread.ts";
import { ShareCounter } from "../../component/engine.ts";
import {
  wireItems,
  type WireReader,
  wireWorld,
  type WireWorld,
} from "../../component/wire/index.ts";
import { TenonError } from "../../errors.ts";
import type { ThreadOwn, ThreadPort } from "../../platform/threads.ts";
import { reclaimMemories } from "../reclaim.ts";
import { AnswerReader, type AnswerSource } from "../wire/answer-page.ts";
import { errorData } from "../wire/error-data.ts";
import { Channel } from "../wire/channel.ts";
import { type Outbox, ToGuest, ToHost } from "../wire/frames.ts";
import type { GuestReply, GuestRequest, GuestThreadData } from "../wire/messages.ts";
import { GuestInstance } from "./guest-instance.ts";
import { LentCalls } from "./lent-calls.ts";
import { TableRoom } from "./table-room.ts";
import { Turn, type TurnPowers } from "./turn.ts";

/** Made by the entry of the thread: `guest-thread/` of the platform. */
export interface GuestThreadPowers extends GuestThreadData, TurnPowers {
  readonly decodeAscii?: AsciiDecoder | undefined;
  /**
   * Collects garbage, so that the memory of ended instances is freed. Default: the engine does so
   * where it finds no room.
   */
  readonly collect?: (() => void) | undefined;
  /** The thread's own clock and entropy. Default: none. */
  readonly own?: ThreadOwn;
  /**
   * Where answers arrive that the thread waits for, where that is not shared memory. Default: the
   * page `answers`, if there is one.
   */
  readonly waits?: AnswerSource;
  post(message: unknown, gives?: readonly ArrayBuffer[]): void;
  /** See ThreadPort. */
  readonly postFrames?: ThreadPort["postFrames"];
}

interface Compiled extends WireWorld {
  readonly made: ThreadComponent;
  /** The imports that may return a promise. */
  readonly later: readonly string[];
}

type Answer = Omit<Extract<GuestReply, { tag: "reply" }>, "tag" | "id">;

/** What runs on a thread for guests, as its entry sees it. */
export class GuestThread {
  readonly #powers: GuestThreadPowers;
  readonly #channel: Channel;
  readonly #outbox: Outbox;
  readonly #answers: AnswerSource | undefined;
  readonly #shared: SharedModules = new SharedModules();
  readonly #tables: TableRoom = new TableRoom();
  readonly #components: Map<number, Compiled> = new Map();
  readonly #instances: Map<number, { readonly it: GuestInstance; readonly of: Compiled }> =
    new Map();
  /** How many requests are being carried out. */
  #underWay = 0;

  constructor(powers: GuestThreadPowers) {
    this.#powers = powers;
    this.#channel = new Channel({
      rings: powers.rings,
      side: "guest",
      post: (message, gives) => powers.post(message, gives),
      postFrames: powers.postFrames,
      take: (kind, number, reader) => this.#frame(kind, number, reader),
      other: (message) => void this.#request(message as GuestRequest),
    });
    this.#outbox = this.#channel.outbox;
    const { answers, rings } = powers;
    this.#answers = powers.waits ?? (answers && new AnswerReader(answers, rings?.answers));
  }

  /** Whether no request and no guest is under way: nothing happens until a message arrives. */
  get idle(): boolean {
    if (this.#underWay > 0) return false;
    for (const { it } of this.#instances.values()) if (it.busy) return false;
    return true;
  }

  /** Handles a message that has arrived. Messages must come in order. */
  receive(message: unknown): void {
    this.#channel.receive(message);
  }

  /** Handles frames that have arrived, and has read them when it returns; see `receive`. */
  receiveFrames(number: number, reader: WireReader): void {
    this.#channel.receiveFrames(number, reader);
  }

  async #request(request: GuestRequest): Promise<void> {
    let reply: GuestReply;
    this.#underWay++;
    try {
      reply = { tag: "reply", id: request.id, ...(await this.#carryOut(request)) };
    } catch (thrown) {
      reply = { tag: "refused", id: request.id, error: errorData(thrown) };
    }
    this.#underWay--;
    this.#channel.post(reply);
  }

  async #carryOut(request: GuestRequest): Promise<Answer> {
    switch (request.tag) {
      case "compile": {
        const { world, fromStore } = await this.#compile(request);
        return request.tells ? { world, fromStore } : { fromStore };
      }
      case "hand-over":
        return { portable: this.#held(request.component).made.portable() };
      case "instantiate":
        return { memories: await this.#instantiate(request) };
      case "end":
        this.#instances.get(request.instance)?.it.end();
        this.#instances.delete(request.instance);
        return {};
      case "release":
        this.#components.get(request.component)?.made.component[Symbol.dispose]();
        this.#components.delete(request.component);
        return {};
      case "reclaim":
        if (this.#powers.collect === undefined) reclaimMemories();
        else this.#powers.collect();
        return {};
      case "ping":
        return {};
    }
  }

  async #compile(request: Extract<GuestRequest, { tag: "compile" }>): Promise<ThreadComponent> {
    const { component, bytes, suspend, restorable, limits, rules, checked } = request;
    const { digest, before } = request;
    const { flag, decodeAscii, setsAside } = this.#powers;
    // Guests that can't be suspended wait for each answer, and their thread with them.
    const later = this.#answers !== undefined && !setsAside ? [] : suspend;
    const interrupt = flag === undefined ? "count" : "flag";
    const made = await threadComponent(
      bytes,
      before,
      {
        digest,
        form: { ...limits, restorable, interrupt },
        rules,
        checked,
        pauses: setsAside,
        // Without shared memory, every host function answers later.
        suspend: ({ imports }) =>
          this.#answers === undefined
            ? wireItems(imports).functions.map(({ title }) => title)
            : later,
      },
      { decodeAscii, shared: this.#shared },
    );
    this.#components.set(component, {
      made,
      ...wireWorld(made.world),
      later,
    });
    return made;
  }

  /** Returns how many memories the instance has. */
  async #instantiate(request: Extract<GuestRequest, { tag: "instantiate" }>): Promise<number> {
    const of = this.#held(request.component);
    const turn = new Turn(this.#powers, request.instance, () => this.#outbox.flush());
    turn.tables = this.#tables.share();
    const { imports, later, made } = of;
    if (request.share !== undefined) {
      turn.counter = new ShareCounter(request.share, (bytes) => {
        this.#outbox.frame(ToHost.wants, request.instance, (writer) => writer.f64(bytes));
        this.#outbox.flush();
      });
    }
    const lent = new LentCalls(request.lent, {
      instance: request.instance,
      outbox: this.#outbox,
      own: this.#powers.own ?? {},
      hands: (args, written, isCut) => turn.hands(args, written, isCut),
    });
    const it = new GuestInstance(
      {
        instance: request.instance,
        imports,
        exports: of.exports,
        outbox: this.#outbox,
        turn,
        answers: this.#answers,
        lent,
        later: new Set(later),
      },
      { functions: new Set(request.functions), resources: new Set(request.resources) },
    );
    // Before the start, because a start function may wait for an answer of the host.
    this.#instances.set(request.instance, { it, of });
    try {
      const loading = lent.loading();
      if (loading !== undefined) await loading;
      turn.start(request.startMs);
      const { limits } = request;
      const instance = await made.component.instantiate(it.imports, { limits, interrupt: turn });
      it.started(instance);
      return instance.memories ?? 1;
    } catch (thrown) {
      this.#instances.delete(request.instance);
      turn.end();
      throw thrown;
    } finally {
      turn.stop();
      it.tellRan();
    }
  }

  #held(component: number): Compiled {
    const found = this.#components.get(component);
    if (found !== undefined) return found;
    throw new TenonError("component-closed", "the component was released");
  }

  #frame(kind: number, number: number, reader: WireReader): void {
    const found = this.#instances.get(number);
    // The instance has ended in the meantime.
    if (found === undefined) return;
    switch (kind) {
      case ToGuest.call:
      case ToGuest.callInTurn: {
        const call = reader.u32();
        const func = found.of.exports.functions[reader.u32()]!;
        const ms = reader.f64();
        const until = kind === ToGuest.callInTurn ? reader.f64() : undefined;
        return found.it.call(call, func, ms, reader, until);
      }
      case ToGuest.answer:
        return found.it.answered(reader.u32(), reader);
      case ToGuest.snapshot:
        return found.it.snapshot();
      case ToGuest.drop:
        return found.it.drop(reader.u32(), reader.u32(), reader.f64(), reader.f64());
    }
  }
}
