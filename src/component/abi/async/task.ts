// CanonicalABI.md, "Tasks".
import { type BorrowScope, expectNoBorrows } from "../resources/handles.ts";
import type { ComponentInstance } from "../store.ts";
import { trap } from "../trap.ts";
import type { LiftedAsync } from "./lifted.ts";
import type { Pending, Thread } from "./thread.ts";

/** The parts in which `task.return` must agree with the function that it ends. */
export interface Returns {
  /** The number of the result's type among those of the plan. */
  readonly type: number;
  readonly strings: string;
  /** Undefined: any. */
  readonly memory: number | undefined;
}

/** What a task does for its caller. */
export interface Caller {
  /** Lowers the arguments, and calls the core function of the callee's call site. */
  start(): void;
  /** The arguments have been lowered. */
  begun(): void;
  /** `flat`: the result's core values; undefined: the task was cancelled. */
  resolve(flat: readonly unknown[] | undefined): void;
}

type State = "initial" | "started" | "pending-cancel" | "cancel-delivered" | "resolved";

/** A call of a function whose type is `async`. */
export class Task {
  readonly callee: LiftedAsync;
  readonly caller: Caller;
  state: State = "initial";
  /** The borrows of the arguments, where they contain borrowed handles. */
  scope: BorrowScope | undefined = undefined;
  /** The thread that the call itself is. */
  thread: Thread | undefined = undefined;

  constructor(callee: LiftedAsync, caller: Caller) {
    this.callee = callee;
    this.caller = caller;
  }

  get inst(): ComponentInstance {
    return this.callee.inst;
  }

  get resolved(): boolean {
    return this.state === "resolved";
  }

  /** CanonicalABI.md, `Task.return_`. */
  return(flat: readonly unknown[]): void {
    if (this.resolved) trap("wrong-return", "the task has returned already");
    if (this.scope !== undefined) expectNoBorrows(this.scope);
    this.caller.resolve(flat);
    this.state = "resolved";
  }

  /** CanonicalABI.md, `Task.cancel`. */
  cancel(): void {
    if (this.state !== "cancel-delivered") {
      trap("wrong-return", "task.cancel without a request to cancel");
    }
    if (this.scope !== undefined) expectNoBorrows(this.scope);
    this.caller.resolve(undefined);
    this.state = "resolved";
  }

  /**
   * CanonicalABI.md, `Task.request_cancellation`. See Thread.resume for what it returns. `caller`
   * undefined: the host.
   */
  requestCancel(caller: ComponentInstance | undefined): Pending | undefined {
    const thread = this.thread!;
    const { inst } = this;
    if (this.state === "initial") {
      this.state = "cancel-delivered";
      return thread.resume(true);
    }
    if (this.state !== "started") return undefined;
    const taken = this.callee.exclusive && inst.exclusive !== undefined;
    const entered = inst.entering(caller);
    if (
      taken ||
      thread.ready === undefined ||
      !thread.cancellable ||
      !entered.every((one) => one.mayEnter)
    ) {
      this.state = "pending-cancel";
      return undefined;
    }
    this.state = "cancel-delivered";
    for (const one of entered) one.mayEnter = false;
    const pending = thread.resume(true);
    const leave = (): void => {
      for (const one of entered) one.mayEnter = true;
    };
    if (pending !== undefined) return pending.listen(leave);
    leave();
    return undefined;
  }

  /** CanonicalABI.md, `Task.deliver_pending_cancel`. */
  takesCancel(cancellable: boolean): boolean {
    if (!cancellable || this.state !== "pending-cancel") return false;
    this.state = "cancel-delivered";
    return true;
  }
}
