// CanonicalABI.md, `canon_lower` of a function whose type is `async`.
import { LATER } from "../../marks.ts";
import type { CallSite, CoreFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import { ResourceHandle } from "../resources/handles.ts";
import { giveBack } from "../resources/resources.ts";
import { type ComponentInstance, POISONED } from "../store.ts";
import { type Blocking, pausedFor, suspendedUntil } from "./block.ts";
import type { LiftedAsync } from "./lifted.ts";
import { RETURNED, Subtask } from "./subtask.ts";
import { Task } from "./task.ts";
import type { Thread } from "./thread.ts";
import { addWaitable } from "./waitables.ts";

/** How a function was lowered. Made by AsyncFunctions (`link/async-functions.ts`). */
export interface LoweringParts extends Blocking {
  /** The caller's context. */
  readonly m: LiftLowerContext;
  readonly async: boolean;
}

/** Takes the guest's handles out of what the arguments lend. */
function lendersOf(lent: LiftLowerContext["lent"]): readonly ResourceHandle[] {
  const all = lent.splice(0);
  const handles: ResourceHandle[] = [];
  for (const one of all) (one instanceof ResourceHandle ? handles : lent).push(one as never);
  return handles;
}

/** A guest's function. */
export class LoweredGuest {
  readonly #callee: LiftedAsync;
  readonly #parts: LoweringParts;
  readonly #start: CoreFunction;
  readonly #resolve: CoreFunction;
  /** Which of the caller's arguments is the pointer for the result. */
  readonly #place: number;
  readonly #entered: readonly ComponentInstance[];

  /** `start` and `resolve`: see Route. */
  constructor(
    callee: LiftedAsync,
    parts: LoweringParts,
    start: CoreFunction,
    resolve: CoreFunction,
    place: number,
  ) {
    this.#callee = callee;
    this.#parts = parts;
    this.#start = start;
    this.#resolve = resolve;
    this.#place = place;
    this.#entered = callee.inst.entering(parts.inst);
  }

  readonly call: CoreFunction = (...args) => {
    const { inst } = this.#parts;
    const { store } = inst;
    if (!inst.mayLeave) store.refuseLeave();
    for (const one of this.#entered) if (!one.mayEnter) store.refuseReentrance();
    for (const one of this.#entered) one.mayEnter = false;
    // Who runs there gets to its end first, as the suite expects of calls of an instance that would
    // be free then.
    const { thread } = store;
    const holder = thread?.suspendable === true ? this.#callee.holder : undefined;
    if (holder === undefined) return this.#begin(thread, args);
    return pausedFor(this.#parts, thread, holder.resume(false), () => this.#begin(thread, args));
  };

  #begin(thread: Thread | undefined, args: readonly unknown[]): unknown {
    const { inst, m } = this.#parts;
    const { store } = inst;
    const subtask = new Subtask(inst);
    const task = new Task(this.#callee, {
      start: () => void this.#start(...args),
      begun: () => subtask.started(lendersOf(m.lent)),
      resolve: (flat) => {
        if (flat === undefined) subtask.cancelled();
        else subtask.returned(this.#resolve(args[this.#place], ...flat));
      },
    });
    subtask.cancel = () => task.requestCancel(inst);
    const pending = this.#callee.begin(task);
    const finish = (): unknown => {
      for (const one of this.#entered) one.mayEnter = true;
      if (store.state >= POISONED) store.settle();
      return answer(subtask, this.#parts);
    };
    return pending === undefined ? finish() : pausedFor(this.#parts, thread, pending, finish);
  }
}

/** A function of the host, which may answer with a promise. */
export class LoweredHost {
  readonly #parts: LoweringParts;
  /** The call that is being made. */
  #subtask: Subtask | undefined = undefined;
  /** See Route.lower. Set once, after the call site is made. */
  func: CoreFunction | undefined = undefined;

  constructor(parts: LoweringParts) {
    this.#parts = parts;
  }

  readonly call: CoreFunction = (...args) => {
    const subtask = (this.#subtask = new Subtask(this.#parts.inst));
    const value = this.func!(...args);
    this.#subtask = undefined;
    if (value === LATER) return answer(subtask, this.#parts);
    return this.#parts.async ? RETURNED : value;
  };

  /** See CallSite.later. */
  readonly later = (
    site: CallSite,
    promise: PromiseLike<unknown>,
    give: (value: unknown) => unknown,
    fault: (thrown: unknown) => unknown,
  ): unknown => {
    const subtask = this.#subtask!;
    const { inst, m } = this.#parts;
    const { store } = inst;
    store.resume();
    const { lent } = m;
    subtask.started(lendersOf(lent));
    const settled = (go: (value: unknown) => unknown, value: unknown): void => {
      if (subtask.resolved || store.state >= POISONED) return;
      store.scheduler!.do(inst, () => {
        if (subtask.resolved) return undefined;
        try {
          subtask.returned(go(value));
        } catch (thrown) {
          throw site.fail(thrown);
        }
        return undefined;
      });
    };
    promise.then(
      (value) => settled(give, value),
      (thrown: unknown) => settled(fault, thrown),
    );
    subtask.cancel = () => {
      giveBack(lent.splice(0));
      subtask.cancelled();
      return undefined;
    };
    return LATER;
  };
}

/** What the caller gets: the core result, or the state of the call. */
function answer(subtask: Subtask, parts: LoweringParts): unknown {
  if (subtask.resolved) {
    subtask.deliver();
    return parts.async ? RETURNED : subtask.flat;
  }
  parts.inst.store.scheduler!.countSubtasks(1);
  subtask.counted = true;
  if (parts.async) return (addWaitable(subtask) << 4) | subtask.state;
  subtask.waiter = parts.inst.store.thread;
  return suspendedUntil(
    parts,
    () => subtask.resolved,
    false,
    () => {
      subtask.waiter = undefined;
      subtask.deliver();
      return subtask.flat;
    },
  );
}
