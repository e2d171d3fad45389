// CanonicalABI.md, "Stack Switching" and "Threads".
//
// A thread that waits is one function that continues it. Where its stack is suspended in the middle
// of WebAssembly, that function resolves the promise that the stack waits for; where only a callback
// is to be called, it calls that. `resume` is left when the thread waits or has ended: at once, or
// by a promise where a stack had to be continued, or was suspended for the host's sake, which takes
// microtasks. In these, nothing else of the store runs.
import type { ComponentInstance } from "../store.ts";
import type { Task } from "./task.ts";

/** Continues a thread. `cancelled`: what it waited for has not happened, its task is cancelled. */
export type Go = (cancelled: boolean) => void;

/** A call of a core function that is entered so that it may be suspended. */
export interface Frame {
  done: boolean;
  value: unknown;
}

interface Back {
  readonly resolve: () => void;
  readonly reject: (thrown: unknown) => void;
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
  /** Whether it is among those that the scheduler looks at next. */
  queued = false;
  #go: Go | undefined = undefined;
  #back: Back | undefined = undefined;
  #away = true;

  constructor(inst: ComponentInstance, task: Task | undefined, suspendable: boolean) {
    this.inst = inst;
    this.task = task;
    this.suspendable = suspendable;
  }

  /** Runs `go` as the thread. See `resume`. */
  start(go: Go): Promise<void> | undefined {
    this.#go = go;
    return this.resume(false);
  }

  /** Continues the thread. Returns what to wait for until it waits again or has ended. */
  resume(cancelled: boolean): Promise<void> | undefined {
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
    return new Promise((resolve, reject) => {
      this.#back = {
        resolve() {
          store.thread = before;
          resolve();
        },
        reject,
      };
    });
  }

  /** The thread waits. */
  wait(ready: () => boolean, cancellable: boolean, go: Go): void {
    this.ready = ready;
    this.cancellable = cancellable;
    this.#go = go;
    this.leave();
  }

  /** The thread has ended, or waits: whoever continued it goes on. */
  leave(): void {
    const back = this.#back;
    this.#back = undefined;
    this.#away = true;
    back?.resolve();
  }

  /** The thread has failed, after a promise. */
  fail(thrown: unknown): void {
    const back = this.#back;
    this.#back = undefined;
    this.#away = true;
    back?.reject(thrown);
  }

  /** Never continues it. */
  end(): void {
    this.#go = this.ready = undefined;
  }
}
