/// An instance whose guest is on another thread. Its exported functions answer with promises.
import { misfitError } from "../../component/abi/misfit.ts";
import type { EngineInstance, EngineSnapshot, InTurn } from "../../component/engine.ts";
import type { HostClass } from "../../component/abi/store.ts";
import { hostFailure, saidBy } from "../../component/abi/trap.ts";
import type { ResourceType } from "../../component/types.ts";
import { TenonError, WitError } from "../../errors.ts";
import { type WireReader, WireWriter } from "../wire/bytes.ts";
import { type Codec, WireMisfit } from "../wire/codec.ts";
import { type ErrorData, errorOf } from "../wire/error-data.ts";
import { type Outbox, Outcome, ToGuest, ToHost } from "../wire/frames.ts";
import type { WireFunction, WireSurface } from "../wire/surface.ts";
import {
  causeNamed,
  closed,
  isPromise,
  payloadOf,
  poisoned,
  unexpectedPromise,
  unreadable,
  unwritten,
} from "./failures.ts";
import type { GivenImports } from "./given-imports.ts";
import { HostHandles } from "./host-handles.ts";
import { remoteExports } from "./remote-exports.ts";
import {
  type RemoteInstanceLink,
  RemoteResource,
  type RemoteResourceClass,
} from "./remote-resource.ts";

export interface RemoteInstanceParts {
  readonly number: number;
  readonly imports: WireSurface;
  readonly exports: WireSurface;
  /// Titles of the imports that may answer with a promise.
  readonly suspend: ReadonlySet<string>;
  readonly outbox: Outbox;
  /// Hands the answer of a host function to the thread, which waits for it.
  readonly answerNow: (writer: WireWriter) => void;
  /// The instance is to be forgotten; `orderly`: its thread is to end it.
  readonly ended: (orderly: boolean) => void;
}

interface Pending {
  readonly func: WireFunction;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly release: () => void;
  readonly inTurn: InTurn | undefined;
}

export class RemoteInstance implements EngineInstance {
  readonly #parts: RemoteInstanceParts;
  readonly #given: GivenImports;
  readonly #handles: HostHandles;
  readonly #classes: Map<ResourceType, RemoteResourceClass> = new Map();
  readonly #pending: Map<number, Pending> = new Map();
  readonly #answer: WireWriter = new WireWriter();
  readonly exports: Readonly<Record<string, unknown>>;
  #failure: TenonError | undefined;
  /// What host functions failed with, by the number that the guest's thread was told.
  readonly #faults: Map<string, unknown> = new Map();
  #closed = false;
  #next = 1;
  #memory = 0;
  timeMs: number | undefined;
  #ran = 0;
  readonly answersLater = true;
  inTurn: InTurn | undefined = undefined;
  ranUntilMs: number = Infinity;
  /// Whether the last call left it as it was at its snapshot.
  #restored = false;

  constructor(parts: RemoteInstanceParts, given: GivenImports) {
    this.#parts = parts;
    this.#given = given;
    const types = new Map<ResourceType, HostClass | undefined>();
    for (const [index, { resource }] of parts.imports.resources.entries()) {
      types.set(resource, types.get(resource) ?? given.resources.get(index));
    }
    this.#handles = new HostHandles(types, (type) => this.#classOf(type));
    this.exports = remoteExports(
      parts.exports,
      new Set(parts.imports.resources.map(({ resource }) => resource)),
      (type) => this.#classOf(type),
      (func, args) => this.#call(func, args),
    );
  }

  get state(): "live" | "poisoned" | "closed" {
    return this.#closed ? "closed" : this.#failure === undefined ? "live" : "poisoned";
  }

  get memoryBytes(): number {
    return this.#memory;
  }

  get ranMs(): number {
    return this.#ran;
  }

  /// Its thread takes the snapshot before the next call, and restores it after each.
  snapshot(): EngineSnapshot | undefined {
    if (this.state !== "live") return undefined;
    this.#parts.outbox.frame(ToGuest.snapshot, this.#parts.number, () => {});
    return { bytes: 0, restore: () => this.#restored && this.state === "live" };
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#finish(new TenonError("component-closed", "the instance was closed in mid-call"), true);
  }

  /// The thread is gone, or the instance could not be made.
  lost(error: TenonError): void {
    this.#failure ??= error;
    this.#finish(error, false);
  }

  #finish(error: TenonError, orderly: boolean): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#memory = 0;
    this.#parts.ended(orderly);
    for (const { reject, release } of pending) {
      release();
      reject(error);
    }
    this.#handles.clear();
  }

  #call(func: WireFunction, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#failure !== undefined) return Promise.reject(poisoned(this.#failure));
    const call = this.#next++;
    const release = this.#handles.lending();
    const { inTurn } = this;
    try {
      const kind = inTurn === undefined ? ToGuest.call : ToGuest.callInTurn;
      this.#parts.outbox.frame(kind, this.#parts.number, (writer) => {
        writer.u32(call);
        writer.u32(func.index);
        writer.f64(this.timeMs ?? Infinity);
        if (inTurn !== undefined) writer.f64(this.ranUntilMs);
        this.#writeArguments(writer, func, args);
      });
    } catch (thrown) {
      release();
      return Promise.reject(unwritten(thrown));
    }
    inTurn?.sent();
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { func, resolve, reject, release, inTurn });
    });
  }

  #writeArguments(writer: WireWriter, func: WireFunction, args: readonly unknown[]): void {
    const { params } = func;
    let index = 0;
    try {
      for (; index < params.length; index++) {
        params[index]!.write(writer, args[index], this.#handles);
      }
    } catch (thrown) {
      if (!(thrown instanceof WireMisfit)) throw thrown;
      throw misfitError(`${func.title}: argument ${index}`, thrown.misfit);
    }
  }

  #write(writer: WireWriter, codec: Codec, value: unknown, what: () => string): void {
    try {
      codec.write(writer, value, this.#handles);
    } catch (thrown) {
      throw thrown instanceof WireMisfit ? misfitError(what(), thrown.misfit) : thrown;
    }
  }

  /// A frame from the guest's thread.
  take(kind: number, reader: WireReader): void {
    switch (kind) {
      case ToHost.done:
        return this.#done(reader);
      case ToHost.callNow:
        return this.#callNow(reader);
      case ToHost.callLater:
        return this.#callLater(reader);
      case ToHost.drop:
        return this.#handles.drop(reader.u32());
      case ToHost.memory:
        this.#memory = reader.f64();
        return;
      case ToHost.tell:
        return this.#told(reader);
    }
  }

  #done(reader: WireReader): void {
    const call = reader.u32();
    const pending = this.#pending.get(call);
    if (pending === undefined) return;
    this.#pending.delete(call);
    const { func, resolve, reject, release, inTurn } = pending;
    this.#ran = reader.f64();
    this.#restored = reader.u8() === 1;
    const outcome = reader.u8();
    if (outcome === Outcome.failed) {
      const error = this.#errorOf(JSON.parse(reader.string()) as ErrorData);
      if (!STAYS_LIVE.has(error.code)) this.#failure ??= error;
      release();
      inTurn?.answered(!NOT_ENTERED.has(error.code));
      return reject(error);
    }
    const key = outcome === Outcome.ok ? "ok" : "err";
    const codec = func.outcome === undefined ? func.result : func.outcome[key];
    let value: unknown;
    try {
      value = codec?.read(reader, this.#handles);
    } catch (thrown) {
      this.#failure ??= unreadable(thrown);
      release();
      inTurn?.answered(true);
      return reject(this.#failure);
    }
    release();
    inTurn?.answered(true);
    if (outcome === Outcome.ok) resolve(value);
    else reject(new WitError(value));
  }

  /// What the guest was told by number comes back as what it was.
  #errorOf(data: ErrorData): TenonError {
    const error = errorOf(data);
    const number = causeNamed(data);
    if (number === undefined || !this.#faults.has(number)) return error;
    const cause = this.#faults.get(number);
    return new TenonError(
      error.code,
      error.message.replace(number, () => saidBy(cause)),
      {
        cause,
        data: error.data,
      },
    );
  }

  #callNow(reader: WireReader): void {
    const func = this.#parts.imports.functions[reader.u32()]!;
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
      this.#parts.answerNow(writer);
    } catch (thrown) {
      // Longer than the page of answers.
      writer.at = 0;
      this.#writeFault(writer, thrown);
      this.#parts.answerNow(writer);
    }
  }

  /// Nobody waits for what it answers; what it throws ends the instance all the same.
  #told(reader: WireReader): void {
    if (this.state !== "live") return;
    const func = this.#parts.imports.functions[reader.u32()]!;
    try {
      const value = this.#enter(func, reader);
      if (isPromise(value)) throw unexpectedPromise(func, value);
    } catch (thrown) {
      this.#failure = hostFailure(thrown);
      this.#finish(this.#failure, true);
    }
  }

  #callLater(reader: WireReader): void {
    const id = reader.u32();
    const func = this.#parts.imports.functions[reader.u32()]!;
    const send = (write: (writer: WireWriter) => void): void => {
      if (this.#closed) return;
      this.#parts.outbox.frame(ToGuest.answer, this.#parts.number, (writer) => {
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
      else if (this.#parts.suspend.has(func.title)) value.then(succeed, fail);
      else throw unexpectedPromise(func, value);
    } catch (thrown) {
      fail(thrown);
    }
  }

  #enter(func: WireFunction, reader: WireReader): unknown {
    const args = func.params.map((codec) => codec.read(reader, this.#handles));
    const { func: host, self } = this.#given.functions.get(func.index)!;
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
    const key = outcome === Outcome.ok ? "ok" : "err";
    const codec = func.outcome === undefined ? func.result : func.outcome[key];
    if (codec === undefined) return;
    this.#write(writer, codec, value, () => `the result of ${func.title}`);
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
    const number = `host fault ${this.#faults.size + 1}`;
    this.#faults.set(number, thrown);
    writer.u8(Outcome.failed);
    writer.string(number);
  }

  #classOf(type: ResourceType): RemoteResourceClass {
    let found = this.#classes.get(type);
    if (found === undefined) {
      const link: RemoteInstanceLink = { type, drop: (number) => this.#drop(number) };
      found = class extends RemoteResource {
        static readonly link: RemoteInstanceLink = link;
      };
      this.#classes.set(type, found);
    }
    return found;
  }

  #drop(number: number): void {
    if (this.#closed || this.#failure !== undefined) return;
    this.#parts.outbox.frame(ToGuest.drop, this.#parts.number, (writer) => writer.u32(number));
  }
}

/// Failures of a call that the guest did not see.
const NOT_ENTERED: ReadonlySet<string> = new Set(["component-poisoned", "component-suspended"]);

/// Failures of a call that leave the instance as it was.
const STAYS_LIVE: ReadonlySet<string> = new Set(["component-type", "component-suspended"]);
