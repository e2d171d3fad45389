// The host's calls of one instance, on the guest's thread: one at a time.
import {
  type Answers,
  type CallOptions,
  type EngineInstance,
  type EngineSnapshot,
  LATER,
} from "../../component/engine.ts";
import { answerCodec, type WireFunction, type WireReader } from "../../component/wire/index.ts";
import { TenonError, WitError } from "../../errors.ts";
import { errorData } from "../wire/error-data.ts";
import { type Outbox, Outcome, ToHost } from "../wire/frames.ts";
import type { Entries } from "./entries.ts";
import type { GuestHandles } from "./guest-handles.ts";
import type { Turn } from "./turn.ts";

/** Made by GuestInstance. */
export interface GuestCallParts {
  readonly instance: number;
  readonly outbox: Outbox;
  readonly turn: Turn;
  readonly handles: GuestHandles;
  /** Called when a call has ended and no other one follows. */
  readonly idle: () => void;
}

interface Call extends Pick<CallOptions, "answers"> {
  readonly number: number;
  /** Undefined: a destructor. */
  readonly func: WireFunction | undefined;
  readonly enter: () => unknown;
  /** Milliseconds that the guest may run in this call. */
  readonly ms: number;
  /** The call is not entered once the guest has run for so many milliseconds in all. */
  readonly until: number;
}

export class GuestCalls implements Answers {
  readonly #parts: GuestCallParts;
  #engine: EngineInstance | undefined;
  #entries: Entries | undefined;
  #snapshot: EngineSnapshot | undefined;
  /** True once a call has left the instance other than its snapshot: no further call is entered. */
  #spoilt = false;
  #current: Call | undefined;
  /** Calls that wait for the one under way. */
  #queue: Call[] = [];
  /** Whether calls from the queue are being started. */
  #draining = false;
  /** Whether the call under way waits, for the host or for its next slice. */
  #isAside = false;
  /**
   * Whether answers are held back, so that they go together with those of the calls that wait. This
   * is done while the guest runs, because nothing else on the thread can send then.
   */
  #holds = false;
  #ended = false;

  constructor(parts: GuestCallParts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    return this.#current !== undefined;
  }

  started(engine: EngineInstance, entries: Entries): void {
    this.#engine = engine;
    this.#entries = entries;
  }

  /** The snapshot that is restored after each call. */
  restores(snapshot: EngineSnapshot | undefined): void {
    this.#snapshot = snapshot;
  }

  /**
   * Makes a call. `reader` holds the arguments. With `until`, the call waits for the one under way,
   * and their answers are sent together.
   */
  take(number: number, func: WireFunction, ms: number, reader: WireReader, until?: number): void {
    const { handles } = this.#parts;
    const args: unknown[] = [];
    // A call that is entered now has lowered its arguments into its own memory before this returns.
    reader.lends = this.#current === undefined;
    try {
      for (const codec of func.params) args.push(codec.read(reader, handles));
    } catch (thrown) {
      return this.#refused(number, thrown);
    } finally {
      reader.lends = false;
    }
    const enter = (): unknown => this.#entries!.of(func)(args);
    const call = { number, func, enter, ms, until: until ?? Infinity, answers: this };
    if (this.#current === undefined) this.#run(call);
    else if (until === undefined) this.#refused(number, suspended());
    else {
      if (!this.#isAside) this.#hold();
      this.#queue.push(call);
    }
  }

  /** Runs a destructor after the calls that are here. `until`: see Call. */
  behind(number: number, enter: () => void, ms: number, until: number): void {
    const call = { number, func: undefined, enter, ms, until, answers: this };
    if (this.#current === undefined) this.#run(call);
    else this.#queue.push(call);
  }

  #run(call: Call): void {
    const { turn } = this.#parts;
    const refused = this.#refusal(call);
    if (refused !== undefined) {
      this.#refused(call.number, refused);
      return this.#next();
    }
    this.#current = call;
    turn.enter(call.ms, call.until);
    let answer: unknown;
    try {
      answer = this.#engine!.call(call.enter, call);
    } catch (thrown) {
      return this.threw(thrown);
    }
    if (answer === LATER) return;
    if (!(answer instanceof Promise)) return this.returned(answer);
    answer.then(
      (value) => this.returned(value),
      (thrown: unknown) => this.threw(thrown),
    );
  }

  /** Why a call may not be entered; undefined where it may. */
  #refusal({ until }: Call): TenonError | undefined {
    if (this.#spoilt) return spoilt();
    return this.#parts.turn.ran >= until ? usedUp() : undefined;
  }

  returned(value: unknown): void {
    if (this.#ended) return;
    const call = this.#current!;
    this.#stop();
    try {
      this.#done(call, Outcome.ok, value);
    } catch (unsent) {
      this.#failed(call.number, unsent);
    }
    this.#next();
  }

  threw(thrown: unknown): void {
    if (this.#ended) return;
    const call = this.#current!;
    this.#stop();
    try {
      if (thrown instanceof WitError) this.#done(call, Outcome.err, thrown.payload);
      else this.#failed(call.number, thrown);
    } catch (unsent) {
      this.#failed(call.number, unsent);
    }
    this.#next();
  }

  /** Reads the clock once between two calls. */
  #stop(): void {
    if (this.#queue.length === 0) this.#parts.turn.stop();
    else this.#parts.turn.lap();
  }

  #next(): void {
    this.#current = undefined;
    // Each call is started from this loop, not from the end of the one before, so that all have the
    // same depth of stack.
    if (this.#draining) return;
    this.#draining = true;
    while (this.#current === undefined) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      this.#run(next);
    }
    this.#draining = false;
    if (this.#current === undefined) this.#idle();
  }

  #idle(): void {
    this.#parts.turn.stop();
    this.#parts.idle();
    this.#letGo();
  }

  /** The call under way waits, or continues. */
  setAside(isAside: boolean): void {
    this.#isAside = isAside;
    if (!isAside) {
      if (this.#queue.length > 0) this.#hold();
    } else if (this.#holds) {
      this.#letGo();
      this.#parts.outbox.flush();
    }
  }

  /**
   * Sends what is waiting first: it may include a request of the call under way, which waits for
   * the answer.
   */
  #hold(): void {
    if (this.#holds) return;
    this.#parts.outbox.flush();
    this.#parts.outbox.hold();
    this.#holds = true;
  }

  #letGo(): void {
    if (this.#holds) this.#parts.outbox.release();
    this.#holds = false;
  }

  #done({ number, func }: Call, outcome: number, value: unknown): void {
    const { outbox, instance, turn, handles } = this.#parts;
    const restored = this.#restored() ? 1 : 0;
    const writer = outbox.begin(ToHost.done, instance);
    try {
      writer.u32(number);
      writer.f64(turn.ran);
      writer.u8(restored);
      writer.u8(outcome);
      if (func !== undefined)
        answerCodec(func, outcome === Outcome.ok)?.write(writer, value, handles);
    } catch (thrown) {
      outbox.cancel();
      throw thrown;
    }
    outbox.end();
  }

  #restored(): boolean {
    if (this.#snapshot === undefined) return false;
    try {
      this.#spoilt = !this.#snapshot.restore();
    } catch {
      this.#spoilt = true;
    }
    return !this.#spoilt;
  }

  #failed(number: number, thrown: unknown): void {
    if (this.#snapshot !== undefined) this.#spoilt = true;
    this.#refused(number, thrown);
  }

  /** Answers a call that was not entered. */
  #refused(number: number, thrown: unknown): void {
    const { outbox, instance, turn } = this.#parts;
    outbox.frame(ToHost.done, instance, (writer) => {
      writer.u32(number);
      writer.f64(turn.ran);
      writer.u8(0);
      writer.u8(Outcome.failed);
      writer.string(JSON.stringify(errorData(thrown)));
    });
  }

  end(): void {
    this.#ended = true;
    this.#queue = [];
    this.#letGo();
    this.#entries = this.#engine = undefined;
  }
}

function suspended(): TenonError {
  return new TenonError(
    "component-suspended",
    "the instance is in the middle of another call: await that one first",
  );
}

function spoilt(): TenonError {
  return new TenonError(
    "component-poisoned",
    "the instance could not be brought back to its snapshot: instantiate the component again",
  );
}

function usedUp(): TenonError {
  return new TenonError("component-suspended", "the instance may not run any more for now");
}
