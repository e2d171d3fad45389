// The host functions that an instance on another thread calls.
import type { LentInterface } from "../../component/engine.ts";
import {
  type WireItems,
  answerCodec,
  misfitError,
  type WireFunction,
  type WireHandles,
  WireMisfit,
  type WireReader,
  WireWriter,
} from "../../component/wire/index.ts";
import { errOf } from "../../errors.ts";
import { type Outbox, Outcome, ToGuest } from "../wire/frames.ts";
import { isPromise, unexpectedPromise, type HostFaults } from "./failures.ts";
import type { GivenImports } from "./given-imports.ts";

/** Made by RemoteInstance. */
export interface HostFunctionParts {
  readonly instance: number;
  readonly imports: WireItems;
  readonly given: GivenImports;
  /** The titles of the imports that may return a promise. */
  readonly suspend: ReadonlySet<string>;
  readonly handles: WireHandles;
  readonly faults: HostFaults;
  readonly outbox: Outbox;
  /** Passes an answer to the thread, which waits for it: AnswerWriter.answer. */
  readonly answerNow: (call: number, writer: WireWriter) => void;
  /**
   * Whether arguments that can't be read are thrown at whoever hands the frame over. Otherwise they are
   * a failure of the call.
   */
  readonly isDoubted: boolean;
}

export class HostFunctions {
  readonly #parts: HostFunctionParts;
  readonly #answer: WireWriter = new WireWriter();
  #closed = false;
  /** How many functions have not answered the guest, which is suspended. */
  asked = 0;
  /** The call whose promise the thread waits for. */
  #owed: number | undefined;

  constructor(parts: HostFunctionParts) {
    this.#parts = parts;
  }

  /** Whether the thread waits for a promise. */
  get owes(): boolean {
    return this.#owed !== undefined;
  }

  /** Calls under way are not answered any more. */
  close(): void {
    this.#closed = true;
    const call = this.#owed;
    this.#owed = undefined;
    if (call === undefined) return;
    // Other instances are on that thread, so it must be woken.
    this.#answer.at = 0;
    this.#writeFault(this.#answer, new Error("the instance has ended"));
    this.#answerNow(call);
  }

  /** Runs a host function while the thread waits. */
  callNow(reader: WireReader): void {
    const call = reader.i32();
    const func = this.#func(reader);
    const args = this.#doubted(func, reader);
    const writer = this.#answer;
    writer.at = 0;
    try {
      const value = this.#enter(func, reader, args);
      if (isPromise(value)) return this.#owe(call, func, value);
      this.#writeAnswer(writer, func, Outcome.ok, value);
    } catch (thrown) {
      writer.at = 0;
      this.#writeFailure(writer, func, thrown);
    }
    this.#answerNow(call);
  }

  /** A thread that can't suspend guests waits for promises as well. */
  #owe(call: number, func: WireFunction, promise: PromiseLike<unknown>): void {
    if (!this.#parts.suspend.has(func.title)) throw unexpectedPromise(func, promise);
    // A host function may have ended the instance that called it.
    if (this.#closed) throw new Error("the instance has ended");
    this.#owed = call;
    const pay = (write: (writer: WireWriter) => void): void => {
      if (this.#owed !== call) return;
      this.#owed = undefined;
      const writer = this.#answer;
      writer.at = 0;
      try {
        write(writer);
      } catch (thrown) {
        writer.at = 0;
        this.#writeFailure(writer, func, thrown);
      }
      this.#answerNow(call);
    };
    promise.then(
      (value) => pay((writer) => this.#writeAnswer(writer, func, Outcome.ok, value)),
      (thrown: unknown) => pay((writer) => this.#writeFailure(writer, func, thrown)),
    );
  }

  /** Passes on the answer that was written. */
  #answerNow(call: number): void {
    const writer = this.#answer;
    try {
      this.#parts.answerNow(call, writer);
    } catch (thrown) {
      // The answer is longer than the page.
      writer.at = 0;
      this.#writeFault(writer, thrown);
      this.#parts.answerNow(call, writer);
    }
  }

  /** Runs a host function while the guest is suspended. */
  callLater(reader: WireReader): void {
    const id = reader.u32();
    const func = this.#func(reader);
    const args = this.#doubted(func, reader);
    const { outbox, instance, suspend } = this.#parts;
    let isAnswered = false;
    this.asked++;
    const send = (write: (writer: WireWriter) => void): void => {
      if (!isAnswered) this.asked--;
      isAnswered = true;
      if (this.#closed) return;
      outbox.frame(ToGuest.answer, instance, (writer) => {
        writer.u32(id);
        write(writer);
      });
    };
    const fail = (thrown: unknown): void =>
      send((writer) => this.#writeFailure(writer, func, thrown));
    const succeed = (value: unknown): void => {
      try {
        send((writer) => this.#writeAnswer(writer, func, Outcome.ok, value));
      } catch (thrown) {
        fail(thrown);
      }
    };
    try {
      const value = this.#enter(func, reader, args);
      if (!isPromise(value)) succeed(value);
      else if (suspend.has(func.title)) value.then(succeed, fail);
      else throw unexpectedPromise(func, value);
    } catch (thrown) {
      fail(thrown);
    }
  }

  /** What runs a one-way function. It throws what the function throws. */
  told(reader: WireReader): () => void {
    const func = this.#func(reader);
    const args = this.#doubted(func, reader);
    return () => {
      const value = this.#enter(func, reader, args);
      if (isPromise(value)) throw unexpectedPromise(func, value);
    };
  }

  #func(reader: WireReader): WireFunction {
    return this.#parts.imports.functions[reader.u32()]!;
  }

  #enter(
    func: WireFunction,
    reader: WireReader,
    args: readonly unknown[] = this.#arguments(func, reader),
  ): unknown {
    const { given } = this.#parts;
    const { func: host, self } = given.functions.get(func.index)!;
    switch (func.parsed.call) {
      case "constructor":
        return Reflect.construct(host as unknown as new () => object, args);
      case "method":
        return Reflect.apply(host, args[0], args.slice(1));
      default:
        return Reflect.apply(host, self, args);
    }
  }

  #arguments({ params }: WireFunction, reader: WireReader): readonly unknown[] {
    const { handles } = this.#parts;
    return params.map((codec) => codec.read(reader, handles));
  }

  /** Reads them ahead where they are doubted. */
  #doubted(func: WireFunction, reader: WireReader): readonly unknown[] | undefined {
    return this.#parts.isDoubted ? this.#arguments(func, reader) : undefined;
  }

  #writeAnswer(writer: WireWriter, func: WireFunction, outcome: number, value: unknown): void {
    writer.u8(outcome);
    const codec = answerCodec(func, outcome === Outcome.ok);
    try {
      codec?.write(writer, value, this.#parts.handles);
    } catch (thrown) {
      if (!(thrown instanceof WireMisfit)) throw thrown;
      throw misfitError("the result", thrown.misfit);
    }
  }

  #writeFailure(writer: WireWriter, func: WireFunction, thrown: unknown): void {
    const start = writer.at;
    const err = func.outcome ? errOf(thrown) : undefined;
    if (err !== undefined) {
      try {
        return this.#writeAnswer(writer, func, Outcome.err, err.payload);
      } catch (misfit) {
        writer.at = start;
        // A value that is no Error, and not of the type of the `err` either, was just thrown.
        return this.#writeFault(writer, err.bare ? thrown : misfit);
      }
    }
    this.#writeFault(writer, thrown);
  }

  #writeFault(writer: WireWriter, thrown: unknown): void {
    writer.u8(Outcome.failed);
    writer.string(this.#parts.faults.note(thrown));
  }
}

/**
 * The indices of imported functions that a guest may call twice without harm: those that its own
 * thread may answer (clock, randomness), and one-way ones (its log). A call that has called no
 * others can be repeated.
 */
export function harmlessFunctions(
  { functions }: WireItems,
  lent: ReadonlyMap<string, LentInterface> = new Map(),
): ReadonlySet<number> {
  const harmless = new Set<number>();
  for (const { index, scope, name } of functions) {
    if (scope !== undefined && lent.get(scope)?.functions.has(name)) harmless.add(index);
  }
  return harmless;
}
