// CanonicalABI.md, "Threads", "Tasks" and the asynchronous half of `canon_lift`.
//
// A task runs to its end while its caller waits: a callback that yields is called again, once what else
// waits for the thread has had its turn, and what would have to wait for something to happen ends with
// `component-unsupported`. So there is one
// thread of an instance at a time, and a call lowered with `async` has always returned when it comes
// back: no subtask is ever handed out, nothing is ever in a waitable set. Whatever lets a task wait
// begins at `mustWait`.
import { TenonError } from "../../../errors.ts";
import type { CoreFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import { type BorrowScope, expectNoBorrows } from "../resources/handles.ts";
import { type ComponentInstance, type Store, POISONED } from "../store.ts";
import { trap } from "../trap.ts";
import { isThenable } from "../values/values.ts";

/** What `task.return` must agree in with the function that it ends. */
export interface Returns {
  /** Number of the result's type among those of the plan. */
  readonly type: number;
  readonly strings: string;
  /** Undefined: any. */
  readonly memory: number | undefined;
}

/** A call of a function that was lifted with `async`. */
export class Task {
  readonly returns: Returns;
  readonly #resolve: (flat: readonly unknown[]) => void;
  /** Of the arguments, where they hold borrowed handles. */
  scope: BorrowScope | undefined = undefined;
  resolved = false;

  constructor(returns: Returns, resolve: (flat: readonly unknown[]) => void) {
    this.returns = returns;
    this.#resolve = resolve;
  }

  /** CanonicalABI.md, `canon_task_return`. */
  return(returns: Returns, flat: readonly unknown[]): void {
    const { type, strings, memory } = this.returns;
    const other = returns.memory !== undefined && returns.memory !== memory;
    if (type !== returns.type || strings !== returns.strings || other) {
      trap("wrong-return", "task.return with another type or other options than the function's");
    }
    if (this.resolved) trap("wrong-return", "the task has returned already");
    if (this.scope !== undefined) expectNoBorrows(this.scope);
    this.resolved = true;
    this.#resolve(flat);
  }
}

/** What runs in an instance. Each call, and each call of realloc, has one of its own. */
export class Thread {
  /** Undefined: the function was lifted without `async`. */
  readonly task: Task | undefined;
  /** The function's type is `async`: it might wait. */
  readonly mayBlock: boolean;
  /** `context.get` and `context.set`. */
  readonly storage: unknown[] = [];

  constructor(task: Task | undefined, mayBlock: boolean) {
    this.task = task;
    this.mayBlock = mayBlock;
  }
}

/** Something would have to wait for what others do. */
export function mustWait(inst: ComponentInstance, where: string): never {
  if (inst.thread?.mayBlock !== true) {
    trap("cannot-block", `cannot block a synchronous task before returning (${where})`);
  }
  blocked(where);
}

function blocked(where: string): never {
  throw new TenonError("component-unsupported", `waiting is not supported yet: ${where}`, {
    data: { features: [where] },
  });
}

/** A core function that runs on a thread of its own. */
export function onThread(
  inst: ComponentInstance,
  func: CoreFunction,
  make: () => Thread = () => new Thread(undefined, false),
): CoreFunction {
  return (...args) => {
    const before = inst.thread;
    inst.thread = make();
    return after(func(...args), (result) => {
      inst.thread = before;
      return result;
    });
  };
}

/**
 * A function lifted without `async`, of an instance where threads matter; `post` runs on the thread
 * of its call.
 */
export function liftedSync(
  inst: ComponentInstance,
  blocking: boolean,
  core: CoreFunction,
  post: CoreFunction | undefined,
): { readonly core: CoreFunction; readonly post: CoreFunction | undefined } {
  let last: Thread | undefined;
  const make = () => {
    if (blocking) enterTask(inst);
    return (last = new Thread(undefined, blocking));
  };
  return {
    core: onThread(inst, core, make),
    post: post && onThread(inst, post, () => last ?? make()),
  };
}

/** CanonicalABI.md, `Task.enter_implicit_thread`: whether it would have to wait. */
function enterTask(inst: ComponentInstance): void {
  if (inst.backpressure > 0 || inst.thread?.mayBlock === true) blocked("a call under backpressure");
}

/** Who decides about tasks that yield. */
export interface Yielding {
  /**
   * A task yields. Throws where it is to be stopped. Answers what it is to wait for before it goes on;
   * undefined where it goes on at once, as it does where it may not wait.
   */
  yielded(mayWait: boolean): Promise<void> | undefined;
}

export interface LiftedAsyncParts {
  readonly returns: Returns;
  readonly core: CoreFunction;
  readonly callback: CoreFunction | undefined;
  /** `core` and `callback` answer with promises. */
  readonly suspends: boolean;
  /** Whoever calls it takes a promise. */
  readonly mayWait: boolean;
  /** Undefined: nobody stops the guest, and one that yields goes on at once. */
  readonly yielding: Yielding | undefined;
}

/** The core function of one that was lifted with `async`, as one that ends without a result. */
export class LiftedAsync {
  readonly #inst: ComponentInstance;
  readonly #parts: LiftedAsyncParts;
  readonly #cx: LiftLowerContext;
  #next: Task | undefined = undefined;
  readonly core: CoreFunction;

  constructor(cx: LiftLowerContext, parts: LiftedAsyncParts) {
    const { inst } = cx;
    const { core, callback } = parts;
    this.#cx = cx;
    this.#inst = inst;
    this.#parts = parts;
    const run: CoreFunction = (...args) => {
      const { task } = inst.thread!;
      task!.scope = cx.scope;
      return after(core(...args), (packed) =>
        after(callback && this.#loop(callback, packed), () => {
          if (!task!.resolved) trap("not-returned", "the task ended without task.return");
        }),
      );
    };
    this.core = onThread(inst, run, () => {
      enterTask(inst);
      return new Thread(this.#next, true);
    });
  }

  /** The next call of `core` is of a task that answers to `resolve`. */
  begin(resolve: (flat: readonly unknown[]) => void): void {
    this.#next = new Task(this.#parts.returns, resolve);
    // Lowering the arguments makes another where they hold borrowed handles.
    this.#cx.scope = undefined;
  }

  /**
   * CanonicalABI.md, `unpack_callback_result` and the loop around it. A promise where something is
   * waited for.
   */
  #loop(callback: CoreFunction, first: unknown): unknown {
    const { suspends } = this.#parts;
    let code = first as number;
    for (let yields = 1; this.#goesOn(code, yields); yields++) {
      const others = this.#yielded();
      if (others !== undefined || suspends) return this.#later(callback, others, yields);
      code = callback(NO_EVENT, 0, 0) as number;
    }
    return undefined;
  }

  /**
   * The rest of the loop, from the moment that `others` resolves. However often the task yields, there
   * is one promise that waits for it.
   */
  async #later(
    callback: CoreFunction,
    others: Promise<void> | undefined,
    before: number,
  ): Promise<void> {
    const { store } = this.#inst;
    let waited = others;
    for (let yields = before + 1; ; yields++) {
      if (waited !== undefined) {
        store.suspend();
        await waited;
        // The instance was closed meanwhile: the task never goes on.
        if (store.closed) return new Promise(() => {});
      }
      store.resume();
      const answer = callback(NO_EVENT, 0, 0);
      store.suspend();
      if (!this.#goesOn((await answer) as number, yields)) return;
      waited = this.#yielded();
    }
  }

  /** Whether the callback is to be called again, which it has been so often. */
  #goesOn(code: number, yields: number): boolean {
    const { store, thread } = this.#inst;
    if ((code & 0xf) === EXIT) return false;
    if (store.state >= POISONED) store.settle();
    if ((code & 0xf) > WAIT) trap("wrong-callback", `unsupported callback code ${code & 0xf}`);
    if ((code & 0xf) === WAIT) {
      this.#inst.handles.get(code >>> 4, store.waitableSets);
      mustWait(this.#inst, "a callback that waits");
    }
    const others = store.asyncCalls > 0 || thread?.task?.resolved === true;
    if (others && yields > MOST_YIELDS) blocked("a callback that keeps yielding");
    return true;
  }

  #yielded(): Promise<void> | undefined {
    const { yielding, mayWait } = this.#parts;
    return yielding?.yielded(mayWait);
  }
}

/** Where others could go on instead, a callback that yields this often is after just that. */
const MOST_YIELDS = 1000;

const EXIT = 0;
const WAIT = 2;
/** CanonicalABI.md, `EventCode.NONE`. */
export const NO_EVENT = 0;

/**
 * CanonicalABI.md, `canon_lower` with `async`: the result is where it belongs, and the call has
 * returned.
 */
export function loweredAsync(store: Store, func: CoreFunction): CoreFunction {
  return (...args) => {
    store.asyncCalls++;
    return after(func(...args), () => {
      store.asyncCalls--;
      return RETURNED;
    });
  };
}

/** CanonicalABI.md, `Subtask.State.RETURNED`. */
const RETURNED = 2;

/** Now, or once the guest goes on. */
export function after(value: unknown, go: (value: unknown) => unknown): unknown {
  return isThenable(value) ? value.then(go) : go(value);
}
