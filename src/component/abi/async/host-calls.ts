// Calls from the host of functions whose types are `async`.
import { isOutcome, type Signature } from "../signature.ts";
import type { CoreFunction } from "../call-site.ts";
import { giveBack } from "../resources/resources.ts";
import { POISONED, type Store } from "../store.ts";
import { raise } from "../values/values.ts";
import type { LiftedAsync } from "./lifted.ts";
import type { Outstanding } from "./scheduler.ts";
import { type Caller, Task } from "./task.ts";

/** Returns the function that lifts a result and passes it to `take`. See Route.lower. */
type Resolving = (take: (value: unknown) => void) => CoreFunction;

export class HostCalls {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The function as the host calls it. `start`: see Route.lift. A call
   * waits where the store is in the middle of another, or its instance accepts none now.
   */
  func(
    { result }: Signature,
    callee: LiftedAsync,
    start: CoreFunction,
    resolving: Resolving,
  ): CoreFunction {
    const store = this.#store;
    const outcome = isOutcome(result);
    let answer: unknown;
    let resolve: CoreFunction | undefined;
    const lift = (flat: readonly unknown[]): unknown => {
      resolve ??= resolving((value) => (answer = value));
      answer = undefined;
      resolve(...flat);
      const value = answer;
      answer = undefined;
      return value;
    };
    // An async function, by which others tell that it does not answer at once.
    return async function (this: unknown, ...args) {
      return new Promise((fulfil, reject) => {
        if (store.state >= POISONED) throw store.ended();
        const call = new HostCall(store, callee, {
          start: () => void start.apply(this, args as []),
          lift,
          give(value) {
            if (!outcome) return fulfil(value);
            const { tag, val } = value as { readonly tag: string; readonly val: unknown };
            if (tag === "ok") return fulfil(val);
            try {
              raise(val);
            } catch (err) {
              reject(err as Error);
            }
          },
          failed: reject,
        });
        call.begin();
      });
    };
  }
}

/** Made by `HostCalls.func`. */
interface HostCallParts {
  start(): void;
  lift(flat: readonly unknown[]): unknown;
  give(value: unknown): void;
  failed(error: unknown): void;
}

class HostCall implements Outstanding, Caller {
  readonly #store: Store;
  readonly #callee: LiftedAsync;
  readonly #parts: HostCallParts;
  readonly #signal: AbortSignal | undefined;
  readonly #aborted = (): void => this.#abort();
  /** What the arguments lend to the guest. */
  #lent: Parameters<typeof giveBack>[0] = [];
  #task: Task | undefined = undefined;
  #begun = false;
  #ended = false;

  constructor(store: Store, callee: LiftedAsync, parts: HostCallParts) {
    this.#store = store;
    this.#callee = callee;
    this.#parts = parts;
    this.#signal = store.signal;
  }

  begin(): void {
    const signal = this.#signal;
    if (signal?.aborted === true) return this.#parts.failed(signal.reason);
    const scheduler = this.#store.scheduler!;
    scheduler.admit(this);
    signal?.addEventListener("abort", this.#aborted, { once: true });
    scheduler.do(this.#callee.inst, () => {
      if (this.#ended) return undefined;
      this.#task = new Task(this.#callee, this);
      return this.#callee.begin(this.#task);
    });
  }

  #abort(): void {
    if (this.#task === undefined) return this.#refused(this.#signal!.reason);
    const task = this.#task;
    this.#store.scheduler!.do(this.#callee.inst, () => task.requestCancel(undefined));
  }

  start(): void {
    try {
      this.#parts.start();
    } catch (thrown) {
      if (this.#begun || this.#store.state >= POISONED) throw thrown;
      // The arguments are wrong, and nothing has happened yet.
      this.#callee.refused();
      this.#refused(thrown);
    }
  }

  begun(): void {
    this.#begun = true;
    this.#lent = this.#callee.cx.lent.splice(0);
  }

  resolve(flat: readonly unknown[] | undefined): void {
    giveBack(this.#lent);
    this.#lent = [];
    if (flat === undefined) return this.#refused(this.#signal!.reason);
    const value = this.#parts.lift(flat);
    this.#store.scheduler!.answer(() => {
      this.#end();
      this.#parts.give(value);
    });
  }

  #refused(reason: unknown): void {
    this.#end();
    this.#parts.failed(reason);
  }

  refuse(error: unknown): void {
    this.#end();
    this.#parts.failed(error);
  }

  #end(): void {
    this.#ended = true;
    this.#store.scheduler!.calls.delete(this);
    this.#signal?.removeEventListener("abort", this.#aborted);
  }
}
