/// What an instance on another thread calls of the host.
import { misfitError } from "../../component/abi/misfit.ts";
import { type WireReader, WireWriter } from "../wire/bytes.ts";
import { type WireHandles, WireMisfit } from "../wire/codec.ts";
import { type Outbox, Outcome, ToGuest } from "../wire/frames.ts";
import { codecOfOutcome, type WireFunction, type WireSurface } from "../wire/surface.ts";
import { isPromise, payloadOf, unexpectedPromise } from "./failures.ts";
import type { GivenImports } from "./given-imports.ts";
import type { HostFaults } from "./host-faults.ts";

export interface HostFunctionParts {
  readonly instance: number;
  readonly imports: WireSurface;
  readonly given: GivenImports;
  /// Titles of the imports that may answer with a promise.
  readonly suspend: ReadonlySet<string>;
  readonly handles: WireHandles;
  readonly faults: HostFaults;
  readonly outbox: Outbox;
  /// Hands an answer to the thread, which waits for it.
  readonly answerNow: (call: number, writer: WireWriter) => void;
}

export class HostFunctions {
  readonly #parts: HostFunctionParts;
  readonly #answer: WireWriter = new WireWriter();
  #closed = false;

  constructor(parts: HostFunctionParts) {
    this.#parts = parts;
  }

  /// Nobody hears any more of what is under way.
  close(): void {
    this.#closed = true;
  }

  /// The thread waits.
  callNow(reader: WireReader): void {
    const call = reader.i32();
    const func = this.#func(reader);
    const writer = this.#answer;
    writer.at = 0;
    try {
      const value = this.#enter(func, reader);
      if (isPromise(value)) throw unexpectedPromise(func, value);
      this.#writeAnswer(writer, func, Outcome.ok, value);
    } catch (thrown) {
      writer.at = 0;
      this.#writeFailure(writer, func, thrown);
    }
    try {
      this.#parts.answerNow(call, writer);
    } catch (thrown) {
      // Longer than the page of answers.
      writer.at = 0;
      this.#writeFault(writer, thrown);
      this.#parts.answerNow(call, writer);
    }
  }

  /// The guest is set aside.
  callLater(reader: WireReader): void {
    const id = reader.u32();
    const func = this.#func(reader);
    const { outbox, instance, suspend } = this.#parts;
    const send = (write: (writer: WireWriter) => void): void => {
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
      const value = this.#enter(func, reader);
      if (!isPromise(value)) succeed(value);
      else if (suspend.has(func.title)) value.then(succeed, fail);
      else throw unexpectedPromise(func, value);
    } catch (thrown) {
      fail(thrown);
    }
  }

  /// Nobody waits for what it answers. Throws what the function throws.
  told(reader: WireReader): void {
    const func = this.#func(reader);
    const value = this.#enter(func, reader);
    if (isPromise(value)) throw unexpectedPromise(func, value);
  }

  #func(reader: WireReader): WireFunction {
    return this.#parts.imports.functions[reader.u32()]!;
  }

  #enter(func: WireFunction, reader: WireReader): unknown {
    const { handles, given } = this.#parts;
    const args = func.params.map((codec) => codec.read(reader, handles));
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

  #writeAnswer(writer: WireWriter, func: WireFunction, outcome: number, value: unknown): void {
    writer.u8(outcome);
    const codec = codecOfOutcome(func, outcome);
    try {
      codec?.write(writer, value, this.#parts.handles);
    } catch (thrown) {
      if (!(thrown instanceof WireMisfit)) throw thrown;
      throw misfitError(`the result of ${func.title}`, thrown.misfit);
    }
  }

  #writeFailure(writer: WireWriter, func: WireFunction, thrown: unknown): void {
    const start = writer.at;
    const err = func.outcome && payloadOf(thrown);
    if (err !== undefined) {
      try {
        return this.#writeAnswer(writer, func, Outcome.err, err.payload);
      } catch (misfit) {
        writer.at = start;
        return this.#writeFault(writer, misfit);
      }
    }
    this.#writeFault(writer, thrown);
  }

  #writeFault(writer: WireWriter, thrown: unknown): void {
    writer.u8(Outcome.failed);
    writer.string(this.#parts.faults.note(thrown));
  }
}
