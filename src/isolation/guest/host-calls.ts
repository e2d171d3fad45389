// A guest's calls of host functions, on the guest's thread.
import { WitError } from "../../errors.ts";
import type { AnswerSource } from "../wire/answer-page.ts";
import {
  answerCodec,
  type WireFunction,
  type WireReader,
  type WireWriter,
} from "../../component/wire/index.ts";
import { type Outbox, Outcome, ToHost } from "../wire/frames.ts";
import type { GuestHandles } from "./guest-handles.ts";
import type { Turn } from "./turn.ts";

/** Made by GuestThread. */
export interface HostCallParts {
  readonly instance: number;
  readonly outbox: Outbox;
  readonly turn: Turn;
  /** Undefined where the thread can't wait: then all host functions answer later. */
  readonly answers: AnswerSource | undefined;
  /** The titles of the host functions that answer later. */
  readonly later: ReadonlySet<string>;
}

export class HostCalls {
  readonly #parts: HostCallParts;
  readonly #handles: GuestHandles;
  readonly #aside: (isAside: boolean) => void;
  readonly #waiting: Map<number, (reader: WireReader) => void> = new Map();
  #next = 1;

  /** `aside` is called when the guest begins to wait for the host, and when it continues. */
  constructor(parts: HostCallParts, handles: GuestHandles, aside: (isAside: boolean) => void) {
    this.#aside = aside;
    this.#parts = parts;
    this.#handles = handles;
  }

  call(func: WireFunction, args: readonly unknown[]): unknown {
    const { answers, later } = this.#parts;
    return answers === undefined || later.has(func.title)
      ? this.#later(func, args)
      : this.#now(answers, func, args);
  }

  #later(func: WireFunction, args: readonly unknown[]): Promise<unknown> {
    const { turn } = this.#parts;
    const release = this.#handles.lending();
    const id = this.#next++;
    this.#send(ToHost.callLater, id, func, args);
    turn.stop();
    this.#aside(true);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (reader) => {
        release();
        this.#aside(false);
        turn.go();
        try {
          resolve(this.#answer(func, reader));
        } catch (thrown) {
          reject(thrown);
        }
      });
    });
  }

  #now(answers: AnswerSource, func: WireFunction, args: readonly unknown[]): unknown {
    const { turn, outbox } = this.#parts;
    const release = this.#handles.lending();
    let reader: WireReader;
    try {
      this.#send(ToHost.callNow, answers.next(), func, args);
      outbox.flush();
      turn.hold();
      reader = answers.wait();
    } finally {
      // Also where sending failed: a guest that catches the error must be able to continue within
      // its time.
      release();
      turn.goOn();
    }
    return this.#answer(func, reader);
  }

  #send(kind: number, id: number, func: WireFunction, args: readonly unknown[]): void {
    const { outbox, instance } = this.#parts;
    const writer = outbox.begin(kind, instance);
    try {
      writer.i32(id);
      this.#arguments(writer, func, args);
    } catch (thrown) {
      outbox.cancel();
      throw thrown;
    }
    outbox.end();
  }

  #arguments(writer: WireWriter, { index, params }: WireFunction, args: readonly unknown[]): void {
    const start = writer.at;
    writer.u32(index);
    for (let at = 0; at < params.length; at++) params[at]!.write(writer, args[at], this.#handles);
    this.#parts.turn.hands(args, writer.at - start);
  }

  #answer(func: WireFunction, reader: WireReader): unknown {
    const outcome = reader.u8();
    if (outcome === Outcome.failed) throw new HostFailed(reader.string());
    const value = answerCodec(func, outcome === Outcome.ok)?.read(reader, this.#handles);
    this.#parts.turn.hands([value], 0);
    if (outcome === Outcome.err) throw new WitError(value);
    return value;
  }

  /** The host has answered a call for which the thread did not wait. */
  answered(call: number, reader: WireReader): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    waiting?.(reader);
  }

  /** The instance has ended, so no call of it continues. */
  end(): void {
    this.#waiting.clear();
  }
}

/**
 * A host function has failed in a way that the guest is not told about. The host knows the failure
 * by its number.
 */
class HostFailed extends Error {
  constructor(number: string) {
    super(number);
    this.name = "HostFailed";
  }
}
