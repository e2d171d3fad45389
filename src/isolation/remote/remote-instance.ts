// An instance whose guest is on another thread. Its exported functions return promises.
import {
  type CallOptions,
  closedInCall,
  type EngineExports,
  type EngineInstance,
  type EngineInstanceOptions,
  type EngineSnapshot,
  type HostClass,
  hostFailure,
  instanceClosed,
  instancePoisoned,
  type MemoryShare,
} from "../../component/engine.ts";
import type {
  ResourceType,
  WireFunction,
  WireItems,
  WireReader,
  WireWriter,
} from "../../component/wire/index.ts";
import type { TenonError } from "../../errors.ts";
import type { ErrorData } from "../wire/error-data.ts";
import { type Outbox, ToGuest, ToHost } from "../wire/frames.ts";
import { HostFaults } from "./failures.ts";
import type { GivenImports } from "./given-imports.ts";
import { HostFunctions } from "./host-functions.ts";
import { HostHandles, type RemoteType } from "./host-handles.ts";
import { RemoteCalls } from "./remote-calls.ts";
import { assertLength, type DoubtedSizes } from "./doubted-sizes.ts";
import { remoteExports } from "./remote-exports.ts";
import { remoteClass, type RemoteInstanceLink } from "./remote-resource.ts";

/** Made by RemoteThread (`remote-engine.ts`). */
export interface RemoteInstanceParts {
  readonly number: number;
  readonly imports: WireItems;
  readonly exports: WireItems;
  /** The titles of the imports that may return a promise. */
  readonly suspend: ReadonlySet<string>;
  /** The indices of imports that may be called twice without harm. */
  readonly harmless: ReadonlySet<number>;
  readonly outbox: Outbox;
  /** Called before a call is sent. */
  readonly calls: () => void;
  /** Whether the thread does not turn at the moment. */
  readonly isStuck: () => boolean;
  /**
   * The guest often holds up the others on its thread. Returns whether it is to leave them: its next
   * instance has another thread.
   */
  readonly holds: () => boolean;
  /** The error of a call that is not made, or given up, on this thread. */
  readonly strayed: (again: boolean) => TenonError;
  /** The most bytes that it may hold. */
  readonly mostBytes: number;
  /** The error that the thread says; see `doubted.ts`. */
  readonly errorSaid: (json: string) => ErrorData;
  /** The most that it can say. Undefined: what it says is not doubted. */
  readonly doubted: DoubtedSizes | undefined;
  /** Where the memory of the instance is counted. */
  readonly share: MemoryShare | undefined;
  /** Passes the answer of a host function to the thread, which waits for it: AnswerWriter.answer. */
  readonly answerNow: (call: number, writer: WireWriter) => void;
  /** Called when the instance must be forgotten. `orderly`: the thread must end it. */
  readonly ended: (orderly: boolean) => void;
  /** See EngineInstanceOptions. */
  readonly account: EngineInstanceOptions["account"];
}

const PLAIN: CallOptions = {};

export class RemoteInstance implements EngineInstance {
  readonly #parts: RemoteInstanceParts;
  readonly #handles: HostHandles;
  readonly #remoteTypes: Map<ResourceType, RemoteType> = new Map();
  readonly #calls: RemoteCalls;
  readonly #functions: HostFunctions;
  readonly exports: EngineExports;
  #failure: TenonError | undefined;
  #closed = false;
  #memory = 0;
  #overstayed = false;
  /** Whether it is to leave its thread between two calls. */
  #leaves = false;
  /** Whether the call under way has asked the host for anything that can't be repeated. */
  #asked = false;
  /** How many calls were answered. */
  answered = 0;
  /** How many memories it has among the host's addresses. */
  memories: number;
  readonly answersLater = true;
  readonly takesTurns = true;
  readonly measures = true;
  /** The options of the call that is being entered. */
  #options: CallOptions = PLAIN;
  forgotten: ((drop: () => unknown) => void) | undefined = undefined;

  constructor(parts: RemoteInstanceParts, given: GivenImports) {
    this.#parts = parts;
    this.memories = parts.doubted === undefined ? 1 : 0;
    const { imports, exports, outbox, number: instance, suspend, answerNow } = parts;
    const types = new Map<ResourceType, HostClass | undefined>();
    for (const [index, { resource }] of imports.resources.entries()) {
      types.set(resource, types.get(resource) ?? given.resources.get(index));
    }
    const handles = new HostHandles(types, (type) => this.#remoteOf(type));
    const faults = new HostFaults();
    this.#handles = handles;
    const isDoubted = parts.doubted !== undefined;
    const common = { instance, handles, faults, outbox, isDoubted };
    this.#calls = new RemoteCalls({
      ...common,
      lends: imports.resources.length + exports.resources.length > 0,
      failed: (error) => {
        this.#failure ??= error;
        this.#overstayed ||= error.data["kind"] === "interrupted";
      },
      errorSaid: parts.errorSaid,
      account: parts.account,
    });
    this.#functions = new HostFunctions({ ...common, imports, given, suspend, answerNow });
    this.exports = remoteExports(
      exports,
      new Set(imports.resources.map(({ resource }) => resource)),
      (type) => this.#remoteOf(type),
      (func, args) => this.#call(func, args),
    );
  }

  get state(): "live" | "poisoned" | "closed" {
    return this.#closed ? "closed" : this.#failure === undefined ? "live" : "poisoned";
  }

  get memoryBytes(): number {
    return this.#parts.share?.bytes ?? this.#memory;
  }

  get gone(): TenonError | undefined {
    return this.#failure?.code === "isolate-failed" ? this.#failure : undefined;
  }

  /** The host's thread has worked `ms` milliseconds more for it. */
  hosted(ms: number): void {
    this.#calls.account?.hosted(ms);
  }

  /**
   * The guest's thread says that it has run for `ms` milliseconds in all; it may have ended
   * already.
   */
  hasRun(ms: number): void {
    this.#calls.heard();
    this.#calls.hasRun(ms);
  }

  /**
   * The guest's thread will never say how long it ran: counts `ms` milliseconds more, as far as is
   * known here.
   */
  ranUnsaid(ms: number): void {
    this.#calls.heard();
    this.#calls.hasRun(this.#calls.ran + ms);
  }

  /** Whether calls are under way. */
  get busy(): boolean {
    return this.#calls.underWay > 0;
  }

  /** Whether the thread waits for the answer of a host function. */
  get owes(): boolean {
    return this.#functions.owes;
  }

  /**
   * Whether it was stopped because its time was used up, or ended in the middle of its own code.
   */
  get overstayed(): boolean {
    return this.#overstayed;
  }

  /** The thread takes the snapshot before the next call, and restores it after each. */
  snapshot(): EngineSnapshot | undefined {
    if (this.state !== "live") return undefined;
    this.#parts.outbox.frame(ToGuest.snapshot, this.#parts.number, () => {});
    return { bytes: 0, restore: () => this.#calls.restored && this.state === "live" };
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#overstayed ||= this.busy && !this.#functions.owes;
    this.#functions.close();
    this.#finish(closedInCall(), true);
  }

  /**
   * The thread is gone, or the instance could not be made. `failure` returns the error of a call
   * that can, or can't, be repeated.
   */
  lost(failure: (again: boolean) => TenonError, orderly = false): void {
    const error = failure(!this.#asked);
    this.#failure ??= error;
    this.#finish(error, orderly, failure(true));
  }

  /**
   * It is not to be on this thread any more: others have to get away from it, or it from them. Ends
   * the instance where a call waits that can be repeated on another thread.
   */
  leave(): void {
    if (!this.busy || this.#asked || this.#functions.owes || this.state !== "live") return;
    this.lost(this.#parts.strayed, true);
  }

  /** `behind`: the error of the calls that wait for the one under way. */
  #finish(error: TenonError, orderly: boolean, behind: TenonError = error): void {
    const reject = this.#calls.end(error, behind);
    this.#memory = 0;
    this.#parts.ended(orderly);
    reject();
    this.#handles.clear();
  }

  call<Answer>(enter: (exports: EngineExports) => Answer, options: CallOptions): Answer {
    this.#options = options;
    try {
      return enter(this.exports);
    } finally {
      this.#options = PLAIN;
    }
  }

  /**
   * The options are for one call only: code that runs while its arguments are read must not see
   * them.
   */
  #taken(): CallOptions {
    const options = this.#options;
    this.#options = PLAIN;
    return options;
  }

  #call(func: WireFunction, args: readonly unknown[]): Promise<unknown> {
    const options = this.#taken();
    if (this.#closed) return Promise.reject(instanceClosed());
    if (this.#failure !== undefined) return Promise.reject(instancePoisoned(this.#failure));
    if (!this.busy) {
      this.#asked = false;
      if (this.#leaves || this.#parts.isStuck()) {
        this.lost(this.#parts.strayed, true);
        return Promise.reject(this.#failure!);
      }
    }
    this.#parts.calls();
    return this.#calls.call(func, args, options);
  }

  /** Handles a frame from the guest's thread. */
  take(kind: number, reader: WireReader, length: number): void {
    const { doubted } = this.#parts;
    assertLength(doubted, length);
    reader.items = doubted?.items ?? Infinity;
    if (kind !== ToHost.done) this.#calls.heard();
    switch (kind) {
      case ToHost.done:
        this.#asked = false;
        this.answered++;
        this.#calls.done(reader);
        // Those behind it are made again on another thread.
        if (this.#leaves) this.leave();
        return;
      case ToHost.callNow:
        this.#asks(reader);
        return this.#functions.callNow(reader);
      case ToHost.callLater:
        if (doubted !== undefined && this.#functions.asked >= doubted.asked) {
          throw new RangeError("a guest asks for too much at once");
        }
        this.#asks(reader);
        return this.#functions.callLater(reader);
      case ToHost.drop:
        return this.#handles.drop(reader.u32());
      case ToHost.memory:
        this.#memory = Math.min(Math.max(0, reader.f64()) || 0, this.#parts.mostBytes);
        return this.#parts.share?.told(this.#memory);
      case ToHost.wants:
        // A thread that does not count itself needs nobody to make room.
        if (this.#parts.share?.isShared === true) this.#parts.share.wants(reader.f64());
        return;
      case ToHost.holds:
        this.#leaves ||= this.#parts.holds();
        return;
      case ToHost.tell:
        return this.#told(reader);
    }
  }

  #asks(reader: WireReader): void {
    if (this.#asked) return;
    const start = reader.at;
    reader.u32();
    this.#asked = !this.#parts.harmless.has(reader.u32());
    reader.at = start;
  }

  /**
   * Runs a one-way function; what it throws ends the instance all the same. A call that has made
   * only such calls can be repeated.
   */
  #told(reader: WireReader): void {
    if (this.state !== "live") return;
    const tell = this.#functions.told(reader);
    try {
      tell();
    } catch (thrown) {
      this.#failure = hostFailure(thrown);
      this.#finish(this.#failure, true);
    }
  }

  #remoteOf(type: ResourceType): RemoteType {
    let found = this.#remoteTypes.get(type);
    if (found === undefined) {
      const link: RemoteInstanceLink = {
        construct: undefined,
        drop: (number) => this.#drop(number),
        forgotten: (number) => {
          if (this.state !== "live") return;
          if (this.forgotten === undefined) this.#drop(number);
          else this.forgotten(() => this.#drop(number));
        },
      };
      found = { link, Class: remoteClass(link) };
      this.#remoteTypes.set(type, found);
    }
    return found;
  }

  #drop(number: number): Promise<unknown> | undefined {
    const options = this.#taken();
    if (this.#closed || this.#failure !== undefined) return undefined;
    const dropped = this.#calls.drop(number, options);
    // The disposer need not wait.
    dropped.catch(() => {});
    return dropped;
  }
}
