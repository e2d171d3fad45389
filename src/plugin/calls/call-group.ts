import type { EngineExports, EngineInstance, InTurn } from "../../component/engine.ts";
import { TenonError, WitError } from "../../errors.ts";
import type { CallTime } from "./call-time.ts";
import { isAgain } from "./outcome.ts";

/** One call of an exported function. */
export interface GuestCall {
  readonly operation: string;
  /** Milliseconds from when the call is entered. */
  readonly deadlineMs: number;
  /**
   * When aborted, the instance is ended unless it soon ends the call itself (see AbortWatch).
   * Default: never aborted.
   */
  readonly signal?: AbortSignal | undefined;
  /** What is passed, for the error of a trap, which says its types and sizes. Default: nothing. */
  readonly passed?: (() => readonly unknown[]) | undefined;
  /** See EngineInstance.call. */
  readonly enter: (exports: EngineExports) => unknown;
  /**
   * Called when the call's turn has come: it has not begun, and all earlier ones have ended. Must
   * not throw.
   */
  begin?(): void;
}

/**
 * The outcome of a call. `again`: the call was not entered, or it is not known that it was; it must
 * be made again. `lost`: the call was entered, and its instance was lost with its thread before the
 * call had asked the host for anything.
 */
export type CallOutcome =
  | { readonly tag: "value"; readonly value: unknown }
  | { readonly tag: "error"; readonly error: unknown }
  | { readonly tag: "again" }
  | { readonly tag: "lost"; readonly error: TenonError; readonly ms: number };

/** Made by PluginInstance.callAll. */
export interface CallGroupPowers {
  readonly engine: EngineInstance;
  readonly time: CallTime;
  /** A call begins. */
  begins(call: GuestCall): void;
  /**
   * A call has been answered, and nothing of the next ones has happened yet. Ends the instance
   * where it can't continue.
   */
  answered(): void;
  /** Whether the instance is still alive. */
  live(): boolean;
  /**
   * A call has failed other than with an `err`: ends the instance. Returns the error that says why
   * it ended.
   */
  fail(operation: string, error: unknown): TenonError;
  /** The call under way has missed its deadline. */
  late(operation: string): void;
  told(operation: string, ms: number, outcome: "ok" | "err" | "failed"): void;
}

const AGAIN: CallOutcome = { tag: "again" };

/**
 * Calls that are handed to the engine together, for the guest to run one after another. The time of
 * each begins when the one before it has been answered. Where one ends the instance, those behind
 * it must be made again. If one of them had begun, nothing of it remains: whatever it asks of the
 * host arrives after the answers of the calls before it.
 */
export class CallGroup {
  readonly #calls: readonly GuestCall[];
  readonly #powers: CallGroupPowers;
  readonly #settle: (index: number, outcome: CallOutcome) => void;
  readonly #ms: Float64Array;
  /** The call under way, as far as is known here. */
  #head = 0;
  /** How many calls have been answered. */
  #answered = 0;
  #stopped = false;
  #sent = 0;
  #unsettled = 0;
  /**
   * The outcome of the call that the engine refused; settled once those before it have been
   * answered.
   */
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
   * Resolves when all calls are settled. `settle` is called once for each; those that were answered
   * are settled in order.
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

  /** Returns false where the engine refused the call, or its outcome is known at once. */
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
    const { time: account } = this.#powers;
    let answer: unknown;
    try {
      answer = engine.call(call.enter, { timeMs: call.deadlineMs, account, turn });
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

  /** An answer has arrived. Its content is not known yet. */
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

/**
 * Where the first call of a group finds the instance poisoned, the next one would, too, so it is
 * not made again.
 */
function isNotEntered(index: number, error: unknown): boolean {
  if (!(error instanceof TenonError)) return false;
  return error.code === "component-suspended" || (error.code === "component-poisoned" && index > 0);
}
