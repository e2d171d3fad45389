/// What runs on a guest's thread: compiles components, makes instances, carries calls to and fro.
import type { AsciiDecoder } from "../../component/abi/context.ts";
import { compile, type Component } from "../../component/compile.ts";
import { instantiateAsync } from "../../component/link/linker.ts";
import { TenonError } from "../../errors.ts";
import type { ThreadOwn } from "../../platform/threads.ts";
import { reclaimMemories } from "../reclaim.ts";
import { AnswerReader } from "../wire/answer-page.ts";
import type { WireReader } from "../wire/bytes.ts";
import { errorData } from "../wire/error-data.ts";
import { Channel } from "../wire/channel.ts";
import { type Outbox, ToGuest } from "../wire/frames.ts";
import type { GuestReply, GuestRequest, GuestThreadData, Surfaces } from "../wire/messages.ts";
import { surfaceOf, type WireSurface } from "../wire/surface.ts";
import { GuestInstance } from "./guest-instance.ts";
import { Inside } from "./inside.ts";
import { Turn, type TurnPowers } from "./turn.ts";

export interface GuestThreadPowers extends GuestThreadData, TurnPowers {
  readonly decodeAscii?: AsciiDecoder | undefined;
  /// Default: nothing.
  readonly own?: ThreadOwn;
  /// A number and a Uint8Array are frames.
  post(message: GuestReply | Uint8Array<ArrayBuffer> | number): void;
}

interface Compiled {
  readonly component: Component;
  readonly imports: WireSurface;
  readonly exports: WireSurface;
  /// Imports that may answer later.
  readonly later: readonly string[];
  readonly restorable: boolean;
}

/// Answers what is to be called with every message that arrives. Messages are handled in order.
export function guestThread(powers: GuestThreadPowers): (message: unknown) => void {
  const thread = new GuestThread(powers);
  return (message) => thread.receive(message);
}

class GuestThread {
  readonly #powers: GuestThreadPowers;
  readonly #channel: Channel;
  readonly #outbox: Outbox;
  readonly #answers: AnswerReader | undefined;
  readonly #components: Map<number, Compiled> = new Map();
  readonly #instances: Map<number, { readonly it: GuestInstance; readonly of: Compiled }> =
    new Map();

  constructor(powers: GuestThreadPowers) {
    this.#powers = powers;
    this.#channel = new Channel({
      rings: powers.rings,
      side: "guest",
      post: (message) => powers.post(message as Uint8Array<ArrayBuffer> | number),
      take: (...frame) => this.#frame(...frame),
    });
    this.#outbox = this.#channel.outbox;
    this.#answers = powers.answers && new AnswerReader(powers.answers, powers.rings?.answers);
  }

  receive(message: unknown): void {
    if (!this.#channel.receive(message)) void this.#request(message as GuestRequest);
  }

  async #request(request: GuestRequest): Promise<void> {
    let reply: GuestReply;
    try {
      reply = { tag: "reply", id: request.id, ...(await this.#carryOut(request)) };
    } catch (thrown) {
      reply = { tag: "refused", id: request.id, error: errorData(thrown) };
    }
    this.#outbox.flush();
    this.#powers.post(reply);
  }

  async #carryOut(request: GuestRequest): Promise<Pick<GuestReply & { tag: "reply" }, "surface">> {
    switch (request.tag) {
      case "compile":
        return { surface: await this.#compile(request) };
      case "instantiate":
        await this.#instantiate(request);
        return {};
      case "end":
        this.#instances.get(request.instance)?.it.end();
        this.#instances.delete(request.instance);
        return {};
      case "release":
        this.#components.delete(request.component);
        return {};
      case "reclaim":
        reclaimMemories();
        return {};
    }
  }

  async #compile({
    component: number,
    bytes,
    suspend,
    restorable,
  }: Extract<GuestRequest, { tag: "compile" }>): Promise<Surfaces> {
    const interrupt = this.#powers.flag === undefined ? "count" : "flag";
    const component = await compile(bytes as BufferSource, { interrupt, restorable });
    const { imports, exports } = component;
    this.#components.set(number, {
      component,
      imports: surfaceOf(imports),
      exports: surfaceOf(exports),
      later: suspend,
      restorable,
    });
    return { imports, exports };
  }

  async #instantiate(request: Extract<GuestRequest, { tag: "instantiate" }>): Promise<void> {
    const of = this.#components.get(request.component);
    if (of === undefined) throw new TenonError("component-closed", "the component was released");
    const turn = new Turn(this.#powers, () => this.#outbox.flush());
    const { imports, exports, later, component } = of;
    const it = new GuestInstance(
      {
        number: request.instance,
        imports,
        exports,
        outbox: this.#outbox,
        turn,
        answers: this.#answers,
        inside: new Inside(request.inside, {
          instance: request.instance,
          outbox: this.#outbox,
          own: this.#powers.own ?? {},
        }),
        later: new Set(later),
      },
      { functions: new Set(request.functions), resources: new Set(request.resources) },
    );
    // A start function may wait for the host's answer.
    this.#instances.set(request.instance, { it, of });
    turn.start(request.startMs);
    try {
      const { decodeAscii } = this.#powers;
      const instance = await instantiateAsync(component, it.imports, {
        limits: request.limits,
        // Without shared memory every host function answers later.
        suspend: this.#answers === undefined ? true : later,
        interrupt: turn,
        restorable: of.restorable,
        ...(decodeAscii === undefined ? {} : { decodeAscii }),
      });
      it.started(instance);
    } catch (thrown) {
      this.#instances.delete(request.instance);
      turn.end();
      throw thrown;
    }
    turn.stop();
  }

  #frame(kind: number, number: number, reader: WireReader): void {
    const found = this.#instances.get(number);
    // It has ended meanwhile.
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
        return found.it.drop(reader.u32());
    }
  }
}
