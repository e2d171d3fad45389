import type { EngineExports, EngineInstance, InTurn } from "../../component/engine.ts";
import { TenonError, WitError } from "../../errors.ts";
import type { CallTime } from "./call-time.ts";
import { isAgain } from "./outcome.ts";

/** One call of what a plugin exports. */
export interface GuestCall {
  readonly operation: string;
  /** Milliseconds from when it is entered. */
  readonly deadlineMs: number;
  /**
   * Aborted: nobody wants the call any more; the instance is ended where it does not end it soon (see
   * Wanted). Default: it is wanted.
   */
  readonly signal?: AbortSignal | undefined;
  /** See EngineInstance.call. */
  readonly enter: (exports: EngineExports) => unknown;
  /** Its turn has come: nothing of it has happened yet, and all of those before it has. Must not throw. */
  begin?(): void;
}

/**
 * What became of a call. `again`: it was not entered, or nobody can tell that it was; it is to be made
 * again. `lost`: it was entered, and the instance was lost with its thread before the call had asked for
 * anything.
 */
export type CallOutcome =
  | { readonly tag: "value"; readonly value: unknown }
  | { readonly tag: "error"; readonly error: unknown }
  | { readonly tag: "again" }
  | { readonly tag: "lost"; readonly error: TenonError; readonly ms: number };

export interface CallGroupPowers {
  readonly engine: EngineInstance;
  readonly time: CallTime;
  /** A call begins. */
  begins(call: GuestCall): void;
  /**
   * A call was answered; nothing has happened yet of those behind it. Ends the instance where that
   * can't go on.
   */
  answered(): void;
  /** Whether the instance has not ended. */
  live(): boolean;
  /** A call failed other than with an `err`: ends the instance. Answers the error that says why it ended. */
  fail(operation: string, error: unknown): TenonError;
  /** The call under way has missed its deadline. */
  late(operation: string): void;
  told(operation: string, ms: number, outcome: "ok" | "err" | "failed"): void;
}

const AGAIN: CallOutcome = { tag: "again" };

/**
 * Calls that are handed to the engine at once, for the guest to run one after the other. The time of
 * each begins when the one before it was answered. Where one ends the instance, those behind it are
 * to be made again: what they did, if anything, ended with it, for what a guest asks of its host comes
 * after the answers of the calls before.
 */
export class CallGroup {
  readonly #calls: readonly GuestCall[];
  readonly #powers: CallGroupPowers;
  readonly #settle: (index: number, outcome: CallOutcome) => void;
  readonly #ms: Float64Array;
  /** The call that is under way by what is known here. */
  #head = 0;
  /** Calls before this one were answered. */
  #answered = 0;
  #stopped = false;
  #sent = 0;
  #unsettled = 0;
  /** What became of the call that the engine did not take, once those before it have been answered. */
  #refused: (() => void) | undefined;
  readonly #done: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(
    calls: readonly GuestCall[],
    powers: CallGroupPowers,
    settle: (index: number, outcome: CallOutcome) => void,
  ) {
    this.#calls = calls;
    this.#powers = powers;
    this.#settle = settle;
    this.#ms = new Float64Array(calls.length);
  }

  /**
   * Resolves when all are settled. `settle` is called once for each; those that were answered are
   * settled in order.
   */
  async run(): Promise<void> {
    const { engine, time } = this.#powers;
    const [first] = this.#calls;
    const sharedMs = time.beginInTurn(first!.deadlineMs);
    this.#begins();
    time.wait(() => this.#powers.late(this.#calls[this.#head]!.operation));
    for (const [index, call] of this.#calls.entries()) {
      if (!this.#send(engine, sharedMs, index, call)) break;
    }
    await this.#done.promise;
    time.endInTurn();
    for (let index = this.#sent; index < this.#calls.length; index++) this.#settle(index, AGAIN);
  }

  /** False where the engine did not take it, or what came of it is known at once. */
  #send(engine: EngineInstance, sharedMs: number, index: number, call: GuestCall): boolean {
    let isSent = false;
    const turn: InTurn = {
      sharedMs,
      sent: () => {
        isSent = true;
      },
      answered: (entered) => this.#hear(index, entered),
    };
    this.#sent++;
    this.#unsettled++;
    let answer: unknown;
    try {
      answer = engine.call(call.enter, { timeMs: call.deadlineMs, turn });
    } catch (thrown) {
      answer = Promise.reject(thrown as Error);
    }
    const promise = answer instanceof Promise ? answer : Promise.resolve(answer);
    const settled = isSent
      ? (then: () => void): void => then()
      : (then: () => void): void => this.#afterOthers(index, then);
    promise.then(
      (value: unknown) => settled(() => this.#succeeded(index, value)),
      (error: unknown) => settled(() => this.#failed(index, error)),
    );
    return isSent;
  }

  #afterOthers(index: number, then: () => void): void {
    if (this.#head === index || this.#stopped) then();
    else this.#refused = then;
  }

  /** An answer is here, of which nothing but that is known yet. */
  #hear(index: number, entered: boolean): void {
    if (index !== this.#head || this.#stopped) return;
    if (!entered) {
      this.#stop();
      return;
    }
    const { time, answered, live, engine } = this.#powers;
    this.#ms[index] = time.lap();
    this.#answered = index + 1;
    answered();
    if (!live() || engine.state !== "live") this.#stop();
    else this.#advance();
  }

  #advance(): void {
    this.#head++;
    const next = this.#calls[this.#head];
    if (next === undefined || this.#head >= this.#sent) return;
    this.#powers.time.follow(next.deadlineMs);
    this.#begins();
    this.#release();
  }

  #begins(): void {
    const call = this.#calls[this.#head]!;
    this.#powers.begins(call);
    call.begin?.();
  }

  #stop(): void {
    this.#stopped = true;
    this.#release();
  }

  #release(): void {
    const refused = this.#refused;
    if (refused === undefined || (!this.#stopped && this.#head !== this.#sent - 1)) return;
    this.#refused = undefined;
    refused();
  }

  #succeeded(index: number, value: unknown): void {
    this.#tell(index, "ok");
    this.#end(index, { tag: "value", value });
  }

  #failed(index: number, error: unknown): void {
    const { fail, time } = this.#powers;
    const { operation } = this.#calls[index]!;
    if (index >= this.#answered && (index !== this.#head || isNotEntered(index, error))) {
      this.#end(index, AGAIN);
      return;
    }
    if (index >= this.#answered) {
      this.#ms[index] = time.lap();
      this.#stop();
    }
    const err = error instanceof WitError;
    const shown = err ? error : fail(operation, error);
    this.#tell(index, err ? "err" : "failed");
    if (!err && isAgain(shown)) {
      this.#end(index, { tag: "lost", error: shown as TenonError, ms: this.#ms[index]! });
    } else this.#end(index, { tag: "error", error: shown });
  }

  #tell(index: number, outcome: "ok" | "err" | "failed"): void {
    this.#powers.told(this.#calls[index]!.operation, this.#ms[index]!, outcome);
  }

  #end(index: number, outcome: CallOutcome): void {
    this.#settle(index, outcome);
    if (--this.#unsettled > 0) return;
    this.#done.resolve();
  }
}

/** The first of a group that finds the instance poisoned would find the next one so, too. */
function isNotEntered(index: number, error: unknown): boolean {
  if (!(error instanceof TenonError)) return false;
  return error.code === "component-suspended" || (error.code === "component-poisoned" && index > 0);
}
