// The host's calls of an instance on another thread.
import {
  answerCodec,
  misfitError,
  type WireFunction,
  WireMisfit,
  type WireReader,
  type WireWriter,
} from "../../component/wire/index.ts";
import type { CallOptions, InTurn, TimeAccount } from "../../component/engine.ts";
import { type TenonError, WitError } from "../../errors.ts";
import type { ErrorData } from "../wire/error-data.ts";
import { type Outbox, Outcome, ToGuest } from "../wire/frames.ts";
import { unreadable, unwritten, type HostFaults } from "./failures.ts";
import type { HostHandles } from "./host-handles.ts";

/** Made by RemoteInstance. */
export interface RemoteCallParts {
  readonly instance: number;
  readonly handles: HostHandles;
  /** Whether a call can be lent anything. */
  readonly lends: boolean;
  readonly faults: HostFaults;
  readonly outbox: Outbox;
  /** Called when the instance can't be called any more. */
  readonly failed: (error: TenonError) => void;
  /** The error that the thread says; see `doubted.ts`. */
  readonly errorSaid: (json: string) => ErrorData;
  /** See EngineInstanceOptions. */
  readonly account: TimeAccount | undefined;
  /** Whether the guest's thread may say that it has run for longer than it can have. */
  readonly isDoubted: boolean;
}

interface Pending {
  /** Undefined: a destructor. */
  readonly func: WireFunction | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly release: () => void;
  readonly turn: InTurn | undefined;
  readonly account: TimeAccount | undefined;
}

export class RemoteCalls {
  readonly #parts: RemoteCallParts;
  readonly #pending: Map<number, Pending> = new Map();
  /** The number and the account of the call under way; where `#isOver`, it has just ended. */
  #underWay = 0;
  #account: TimeAccount | undefined;
  #isOver = false;
  #next = 1;
  readonly #since: number = performance.now();
  /** How many milliseconds the guest has run so far. */
  ran = 0;
  /** Whether the last call left the instance as its snapshot was. */
  restored = false;

  constructor(parts: RemoteCallParts) {
    this.#parts = parts;
  }

  call(
    func: WireFunction,
    args: readonly unknown[],
    { timeMs = Infinity, turn, account }: CallOptions,
  ): Promise<unknown> {
    const { outbox, instance, lends, handles } = this.#parts;
    const call = this.#next++;
    const release = lends ? handles.lending() : nothing;
    const writer = outbox.begin(turn === undefined ? ToGuest.call : ToGuest.callInTurn, instance);
    try {
      writer.u32(call);
      writer.u32(func.index);
      writer.f64(timeMs);
      if (turn !== undefined) writer.f64(this.#runsUntil(turn));
      this.#writeArguments(writer, func, args);
    } catch (thrown) {
      outbox.cancel();
      release();
      return Promise.reject(unwritten(thrown));
    }
    outbox.end();
    turn?.sent();
    return new Promise((resolve, reject) => {
      this.#begin(call, { func, resolve, reject, release, turn, account });
    });
  }

  /** Runs the destructor of a guest's resource, after the calls under way. */
  drop(resource: number, { timeMs = Infinity, turn, account }: CallOptions): Promise<unknown> {
    const { outbox, instance } = this.#parts;
    const call = this.#next++;
    outbox.frame(ToGuest.drop, instance, (writer) => {
      writer.u32(call);
      writer.u32(resource);
      writer.f64(timeMs);
      writer.f64(turn === undefined ? Infinity : this.#runsUntil(turn));
    });
    turn?.sent();
    return new Promise((resolve, reject) => {
      const func = undefined;
      this.#begin(call, { func, resolve, reject, release: nothing, turn, account });
    });
  }

  #begin(call: number, pending: Pending): void {
    if (this.#pending.size === 0) {
      this.#underWay = call;
      this.#account = pending.account;
      this.#isOver = false;
    }
    this.#pending.set(call, pending);
  }

  /**
   * How long the guest may have run in all by the end of a call in turn. It is the same for all
   * calls that are made together, because nothing is heard from the guest in between.
   */
  #runsUntil({ sharedMs = Infinity }: InTurn): number {
    return this.ran + sharedMs;
  }

  #writeArguments(writer: WireWriter, func: WireFunction, args: readonly unknown[]): void {
    const { params } = func;
    let index = 0;
    try {
      for (; index < params.length; index++) {
        params[index]!.write(writer, args[index], this.#parts.handles);
      }
    } catch (thrown) {
      if (!(thrown instanceof WireMisfit)) throw thrown;
      throw misfitError(`${func.title}: argument ${index}`, thrown.misfit);
    }
  }

  get underWay(): number {
    return this.#pending.size;
  }

  /** Who hears what the guest costs now. */
  get account(): TimeAccount | undefined {
    return this.#account ?? this.#parts.account;
  }

  /** The thread has sent a frame. After the end of a call, it is about the next call. */
  heard(): void {
    if (!this.#isOver) return;
    this.#isOver = false;
    let next: Pending | undefined;
    while (next === undefined && ++this.#underWay < this.#next) {
      next = this.#pending.get(this.#underWay);
    }
    this.#account = next?.account;
  }

  /**
   * A call has ended. Where its answer can't be read, it stays under way: whoever ends the thread for
   * that ends it, too.
   */
  done(reader: WireReader): void {
    const call = reader.u32();
    const pending = this.#pending.get(call);
    if (pending === undefined) return;
    const ran = reader.f64();
    const restored = reader.u8() === 1;
    const outcome = reader.u8();
    const error = outcome === Outcome.failed ? this.#errorOf(reader) : undefined;
    if (this.#isOver && call === this.#underWay + 1) {
      // The next one has ended before anything else was heard.
      this.#underWay = call;
      this.#account = pending.account;
    } else {
      this.heard();
      // A call that was refused ends while another one is under way.
      if (call === this.#underWay) this.#isOver = true;
    }
    this.#pending.delete(call);
    this.hasRun(ran);
    this.restored = restored;
    if (error !== undefined) return this.#failed(pending, error);
    const { func, resolve, reject, release, turn } = pending;
    let value: unknown;
    try {
      if (outcome > Outcome.err || (outcome === Outcome.err && func?.outcome === undefined)) {
        throw new RangeError("an answer has an outcome that its function does not have");
      }
      value = func && answerCodec(func, outcome === Outcome.ok)?.read(reader, this.#parts.handles);
    } catch (thrown) {
      const unread = unreadable(thrown);
      this.#parts.failed(unread);
      release();
      turn?.answered(true);
      return reject(unread);
    }
    release();
    turn?.answered(true);
    if (outcome === Outcome.ok) resolve(value);
    else reject(new WitError(value));
  }

  #errorOf(reader: WireReader): TenonError {
    return this.#parts.faults.errorOf(this.#parts.errorSaid(reader.string()));
  }

  #failed({ release, turn, reject }: Pending, error: TenonError): void {
    if (!STAYS_LIVE.has(error.code)) this.#parts.failed(error);
    release();
    turn?.answered(!NOT_ENTERED.has(error.code));
    reject(error);
  }

  /** The guest has run for `said` milliseconds in all. */
  hasRun(said: number): void {
    // Not a number is not more either.
    if (!(said > this.ran)) return;
    const ran = this.#parts.isDoubted ? Math.min(said, performance.now() - this.#since) : said;
    const ms = ran - this.ran;
    if (ms <= 0) return;
    this.ran = ran;
    this.account?.ran(ms, false);
  }

  /**
   * Ends all calls under way: the first with `error`, those that wait for it with `behind`. Returns
   * a function that rejects them.
   */
  end(error: TenonError, behind: TenonError): () => void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    return () => {
      for (const [index, { reject, release }] of pending.entries()) {
        release();
        reject(index === 0 ? error : behind);
      }
    };
  }
}

function nothing(): void {}

/** Errors of calls that never entered the guest. */
const NOT_ENTERED: ReadonlySet<string> = new Set(["component-poisoned", "component-suspended"]);

/** Errors of calls that leave the instance as it was. */
const STAYS_LIVE: ReadonlySet<string> = new Set(["component-type", "component-suspended"]);
