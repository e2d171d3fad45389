// CanonicalABI.md, "Subtask State".
import type { ResourceHandle } from "../resources/handles.ts";
import { trap } from "../trap.ts";
import type { Pending } from "./thread.ts";
import { EVENTS, Waitable } from "./waitables.ts";

/** CanonicalABI.md, `Subtask.State`. */
export const STARTING = 0;
export const STARTED = 1;
export const RETURNED = 2;
const CANCELLED_BEFORE_STARTED = 3;
const CANCELLED_BEFORE_RETURNED = 4;

/** A call that a guest makes, from the guest's side. */
export class Subtask extends Waitable {
  state: number = STARTING;
  cancelRequested = false;
  /** What the arguments lend, until the guest knows that the call has ended. */
  lenders: readonly ResourceHandle[] | undefined = [];
  /** Whether it counts among those that guests wait for. */
  counted = false;
  /** For a function that was lowered without `async`: the core result. */
  flat: unknown = undefined;
  /** Asks the callee to end. See Thread.resume for what it returns. */
  cancel: () => Pending | undefined = () => undefined;

  get resolved(): boolean {
    return this.state >= RETURNED;
  }

  /** The callee has taken the arguments, which lend `lenders`. */
  started(lenders: readonly ResourceHandle[]): void {
    this.state = STARTED;
    this.lenders = lenders;
    this.#progress();
  }

  returned(flat: unknown): void {
    this.state = RETURNED;
    this.flat = flat;
    this.#progress();
  }

  cancelled(): void {
    this.state = this.state === STARTING ? CANCELLED_BEFORE_STARTED : CANCELLED_BEFORE_RETURNED;
    this.#progress();
  }

  #progress(): void {
    if (this.index !== 0) {
      this.notify(() => {
        if (this.resolved) this.deliver();
        return [EVENTS.subtask, this.index, this.state];
      });
    } else if (this.waiter !== undefined && this.resolved) {
      this.inst.store.scheduler!.wake(this.waiter);
    }
  }

  /** The guest knows that the call has ended. */
  deliver(): void {
    for (const one of this.lenders!) one.lends--;
    this.lenders = undefined;
    if (this.counted) this.inst.store.scheduler!.countSubtasks(-1);
  }

  get delivered(): boolean {
    return this.lenders === undefined;
  }

  override drop(): void {
    if (!this.delivered) {
      trap("subtask-in-use", "cannot drop a subtask which has not yet resolved");
    }
    super.drop();
  }
}
