// CanonicalABI.md, "Stack Switching" and "Threads".
//
// A thread that waits is one function that continues it. Where its stack is suspended in the middle
// of WebAssembly, that function resolves the promise that the stack waits for; where only a callback
// is to be called, it calls that. `resume` is left when the thread waits or has ended: at once, or
// later where a stack had to be continued, or was suspended for the host's sake.
import type { ComponentInstance } from "../store.ts";
import type { Task } from "./task.ts";

/** Continues a thread. `cancelled`: what it waited for has not happened, its task is cancelled. */
export type Go = (cancelled: boolean) => void;

/** A call of a core function that is entered so that it may be suspended. */
export interface Frame {
  done: boolean;
  value: unknown;
  /** Set where it was suspended: called with the value. */
  returns: ((value: unknown) => void) | undefined;
}

/** A thread that has been continued, and runs on when whoever did so has returned. */
export class Pending {
  readonly #left: (() => void)[] = [];
  readonly #failed: ((thrown: unknown) => void)[] = [];

  /** `left`: called when the thread waits or has ended; `failed`: when it has trapped. */
  listen(left: () => void, failed?: (thrown: unknown) => void): this {
    this.#left.push(left);
    if (failed !== undefined) this.#failed.push(failed);
    return this;
  }

  leave(): void {
    for (const one of this.#left) one();
  }

  fail(thrown: unknown): void {
    for (const one of this.#failed) one(thrown);
  }
}

/** What runs in an instance. Each call, and each call of realloc, has its own. */
export class Thread {
  readonly inst: ComponentInstance;
  /** Undefined: the function's type is not `async`, so it must not wait. */
  readonly task: Task | undefined;
  /** Whether its stack can be suspended. */
  readonly suspendable: boolean;
  /** The values of `context.get` and `context.set`. */
  readonly storage: unknown[] = [];
  frame: Frame | undefined = undefined;
  /** Whether it would continue now. Undefined: it runs, or has ended. */
  ready: (() => boolean) | undefined = undefined;
  cancellable = false;
  /** Whether what waits is a stack, which goes on in a microtask of its own. */
  stacked = false;
  /** Whether it is among those that the scheduler looks at next. */
  queued = false;
  #go: Go | undefined = undefined;
  #pending: Pending | undefined = undefined;
  #away = true;

  constructor(inst: ComponentInstance, task: Task | undefined, suspendable: boolean) {
    this.inst = inst;
    this.task = task;
    this.suspendable = suspendable;
  }

  /** Runs `go` as the thread. See `resume`. */
  start(go: Go): Pending | undefined {
    this.#go = go;
    return this.resume(false);
  }

  /** Continues the thread. Returns what to wait for until it waits again or has ended. */
  resume(cancelled: boolean): Pending | undefined {
    const { store } = this.inst;
    const before = store.thread;
    const go = this.#go!;
    store.thread = this;
    this.#go = this.ready = undefined;
    this.#away = false;
    go(cancelled);
    if (this.#away) {
      store.thread = before;
      return undefined;
    }
    this.#pending = new Pending();
    return this.#pending.listen(() => (store.thread = before));
  }

  /** The thread waits. */
  wait(ready: () => boolean, cancellable: boolean, go: Go, stacked: boolean = false): void {
    this.ready = ready;
    this.cancellable = cancellable;
    this.stacked = stacked;
    this.#go = go;
    this.leave();
  }

  /** The thread has ended, or waits: whoever continued it goes on. */
  leave(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#away = true;
    pending?.leave();
  }

  /** The thread has failed, after a promise. */
  fail(thrown: unknown): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#away = true;
    pending?.fail(thrown);
  }

  /** Never continues it. */
  end(): void {
    this.#go = this.ready = undefined;
  }
}
