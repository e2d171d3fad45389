// CanonicalABI.md, "Threads", "Tasks" and the asynchronous half of `canon_lift`.
//
// A task runs to its end while its caller waits. A callback that yields is called again after the
// other work that waits for the thread. A task that would have to wait for something to happen ends
// with `component-unsupported`. So an instance has one thread at a time, and a call lowered with
// `async` has always returned when it comes back: there are no subtasks, and waitable sets are
// always empty. Support for waiting would begin at `mustWait`.
import { TenonError } from "../../../errors.ts";
import type { CoreFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import { type BorrowScope, expectNoBorrows } from "../resources/handles.ts";
import { type ComponentInstance, type Store, POISONED } from "../store.ts";
import { trap } from "../trap.ts";
import { isThenable } from "../../../realms.ts";

/** The parts in which `task.return` must agree with the function that it ends. */
export interface Returns {
  /** The number of the result's type among those of the plan. */
  readonly type: number;
  readonly strings: string;
  /** Undefined: any. */
  readonly memory: number | undefined;
}

/** A call of a function that was lifted with `async`. */
export class Task {
  readonly returns: Returns;
  readonly #resolve: (flat: readonly unknown[]) => void;
  /** The borrows of the arguments, where they contain borrowed handles. */
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

/** What runs in an instance. Each call, and each call of realloc, has its own. */
export class Thread {
  /** Undefined: the function was lifted without `async`. */
  readonly task: Task | undefined;
  /** Whether the function's type is `async`, so that it might wait. */
  readonly mayBlock: boolean;
  /** The values of `context.get` and `context.set`. */
  readonly storage: unknown[] = [];

  constructor(task: Task | undefined, mayBlock: boolean) {
    this.task = task;
    this.mayBlock = mayBlock;
  }
}

/** Ends a task that would have to wait for others. */
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
 * A function lifted without `async`, in an instance where threads matter. `post` runs on the thread
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

/** CanonicalABI.md, `Task.enter_implicit_thread`: traps where it would have to wait. */
function enterTask(inst: ComponentInstance): void {
  if (inst.backpressure > 0 || inst.thread?.mayBlock === true) blocked("a call under backpressure");
}

/** Decides about tasks that yield. */
export interface Yielding {
  /**
   * A task yields. Throws where it must be stopped. Returns what it waits for before it continues;
   * undefined where it continues at once, as it does where it may not wait.
   */
  yielded(mayWait: boolean): Promise<void> | undefined;
}

/** Made by Functions (`link/functions.ts`). */
export interface LiftedAsyncParts {
  readonly returns: Returns;
  readonly core: CoreFunction;
  readonly callback: CoreFunction | undefined;
  /** Whether `core` and `callback` return promises. */
  readonly suspends: boolean;
  /** Whether the caller accepts a promise. */
  readonly mayWait: boolean;
  /** Undefined: nothing stops the guest, and a task that yields continues at once. */
  readonly yielding: Yielding | undefined;
}

/** The core function of a function lifted with `async`, as a core function without a result. */
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

  /** The next call of `core` belongs to a task whose result goes to `resolve`. */
  begin(resolve: (flat: readonly unknown[]) => void): void {
    this.#next = new Task(this.#parts.returns, resolve);
    // Lowering the arguments makes a new one where they contain borrowed handles.
    this.#cx.scope = undefined;
  }

  /**
   * CanonicalABI.md, `unpack_callback_result` and the loop around it. Returns a promise where it
   * has to wait.
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
   * The rest of the loop, after `others` has resolved. However often the task yields, there is one
   * promise that waits for it.
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
        // The instance has been closed: the task never continues.
        if (store.closed) return new Promise(() => {});
      }
      store.resume();
      const answer = callback(NO_EVENT, 0, 0);
      store.suspend();
      if (!this.#goesOn((await answer) as number, yields)) return;
      waited = this.#yielded();
    }
  }

  /** Whether the callback must be called again, after `yields` calls. */
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

/** A callback that yields so often while others could continue waits for them. */
const MOST_YIELDS = 1000;

const EXIT = 0;
const WAIT = 2;
/** CanonicalABI.md, `EventCode.NONE`. */
export const NO_EVENT = 0;

/**
 * CanonicalABI.md, `canon_lower` with `async`: the result has been stored, and the call has
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

/** Calls `go` now or, where the value is a promise, once it resolves. */
export function after(value: unknown, go: (value: unknown) => unknown): unknown {
  return isThenable(value) ? value.then(go) : go(value);
}
