// What the instances of one component, including nested ones, have in common. CanonicalABI.md,
// "Component Instances" and "Embedding".
import { TenonError } from "../../errors.ts";
import { closedInCall, instanceClosed, instancePoisoned } from "../ended.ts";
import { HandleTable, type ResourceHandle } from "./resources/handles.ts";
import { Holdings } from "./holdings.ts";
import type { GuestLimits } from "./limits.ts";
import type { Scheduler } from "./async/scheduler.ts";
import type { Thread } from "./async/thread.ts";
import type { AsyncValues } from "./async/values.ts";
import { asFailure, trapped } from "./trap.ts";

/** Plain numbers, because generated text contains them and every call compares them. */
export const IDLE = 0;
export const RUNNING = 1;
/** In a host function that has returned a promise. */
export const SUSPENDED = 2;
/** Running, and the host has dropped resources whose destructors are due. */
export const DRAINING = 3;
/** The guest must not run any more. A closed store is in this state, too. */
export const POISONED = 4;

export class ComponentInstance {
  readonly store: Store;
  readonly parent: ComponentInstance | undefined;
  readonly handles: HandleTable;
  /**
   * For calls from one instance of the store to another. For calls from the host, the store's state
   * covers the whole tree.
   */
  mayEnter = true;
  mayLeave = true;
  // What follows is used where threads matter.
  backpressure = 0;
  /** CanonicalABI.md, `exclusive_thread`. */
  exclusive: Thread | undefined = undefined;
  waitingToEnter = 0;
  /** Threads that were woken in vain, because of `backpressure` or `exclusive`. */
  readonly held: Set<Thread> = new Set();

  constructor(store: Store, parent: ComponentInstance | undefined) {
    this.store = store;
    this.parent = parent;
    this.handles = new HandleTable(store.limits.handles);
  }

  /** CanonicalABI.md, `entering_set`. `caller` undefined: the host. */
  entering(caller: ComponentInstance | undefined): ComponentInstance[] {
    const inside = new Set(caller?.lineage());
    return this.lineage().filter((one) => !inside.has(one));
  }

  /** CanonicalABI.md, `self_and_ancestors`. */
  lineage(): ComponentInstance[] {
    return [this, ...(this.parent?.lineage() ?? [])];
  }
}

/** A resource type of one store. It is equal only to itself. */
export class ResourceState {
  readonly store: Store;
  readonly name: string | undefined;
  /** Undefined where the host implements it. */
  readonly implementer: ComponentInstance | undefined;
  /** Nested instances that a call of the destructor enters when the host drops a resource. */
  readonly entered: readonly ComponentInstance[];
  /** For a guest's resource: its destructor, a core function. */
  destructor: ((rep: number) => unknown) | undefined;
  /** Its class in JavaScript. For a host's resource, the class in the imports. */
  hostClass: HostClass | undefined;
  /**
   * For a host's resource: the operation that drops one, such as
   * `acme:app/lamps@1.0.0#[resource-drop]lamp`.
   */
  dropName: string | undefined;
  /** For a guest's resource: makes `hostClass`. */
  makeClass: (() => HostClass) | undefined;

  constructor(store: Store, name: string | undefined, implementer: ComponentInstance | undefined) {
    this.store = store;
    this.name = name;
    this.implementer = implementer;
    this.entered = implementer?.lineage().slice(0, -1) ?? [];
    this.destructor = undefined;
    this.hostClass = undefined;
    this.dropName = undefined;
    this.makeClass = undefined;
  }

  /** Its class in JavaScript. Undefined for a guest's resource that is not exported. */
  get class(): HostClass | undefined {
    return (this.hostClass ??= this.makeClass?.());
  }
}

export type HostClass = abstract new (...args: never[]) => object;

/** Where the result of an exported function goes that comes later. Neither method throws. */
export interface Answers {
  /** Called with the result. */
  returned(value: unknown): void;
  /** Called with what was thrown. */
  threw(error: unknown): void;
}

/** A call whose guest has been entered. */
export interface Underway {
  /** Finishes the call when the core function has returned. Throws an `err`, or what went wrong. */
  end(core: unknown): unknown;
  /** Poisons the store. */
  failOutermost(thrown: unknown): TenonError;
}

/** Something that is emptied when the store ends, so that memories can be freed. */
export interface Releasable {
  release(): void;
}

export class Store {
  readonly limits: GuestLimits;
  /** IDLE outside of calls; RUNNING while the component is being instantiated. */
  state: number = RUNNING;
  closed = false;
  /** The error that poisoned or closed it. */
  failure: TenonError | undefined = undefined;
  readonly instances: ComponentInstance[] = [];
  readonly resources: ResourceState[] = [];
  /** The type of handles of waitable sets, and of the waitables that would be in them. */
  readonly waitableSets: ResourceState = new ResourceState(this, "a waitable set", undefined);
  readonly waitables: ResourceState = new ResourceState(this, "a waitable", undefined);
  /** The running thread, while an instance runs where threads matter. */
  thread: Thread | undefined = undefined;
  /** What streams and futures are lifted and lowered with, where there are any. */
  asyncValues: AsyncValues | undefined = undefined;
  /** Undefined: threads do not matter. */
  scheduler: Scheduler | undefined = undefined;
  readonly releasables: Releasable[] = [];
  readonly holdings: Holdings;
  /** The guest resources that the host holds. */
  readonly held: HandleTable;
  /** Makes the guest's next check ask. */
  onUnwind: (() => void) | undefined = undefined;
  /** The option of CallOptions for the call that is being entered. */
  answers: Answers | undefined = undefined;
  /** The same. */
  signal: AbortSignal | undefined = undefined;
  /** See EngineInstance. */
  forgotten: ((drop: () => unknown) => void) | undefined = undefined;
  #due: ResourceHandle[] = [];
  /** Ends the wait of the suspended guest. */
  #unwind: ((reason: unknown) => void) | undefined = undefined;
  #underway: Underway | undefined = undefined;
  #answersTo: Answers | undefined = undefined;
  #waiting: ((fault: TenonError) => void) | undefined = undefined;

  constructor(limits: GuestLimits) {
    this.limits = limits;
    this.holdings = new Holdings(limits);
    this.held = new HandleTable(limits.handles);
  }

  /** Refuses a call from the host, because the store is not idle. */
  refuseEntry(): never {
    switch (this.state) {
      case SUSPENDED:
        throw new TenonError(
          "component-suspended",
          "the instance is suspended in a host function: await that call first",
        );
      case RUNNING:
      case DRAINING:
        throw this.fail(
          trapped("cannot-enter", "cannot enter component instance: it is in the middle of a call"),
        );
      default:
        throw this.ended();
    }
  }

  /** Refuses a call from the guest: it must not leave its instance now, or the store has ended. */
  refuseLeave(): never {
    if (this.state >= POISONED) throw this.failure ?? this.ended();
    throw this.fail(
      trapped("cannot-leave", "cannot leave component instance out of realloc or post-return"),
    );
  }

  /** Refuses a call from one nested instance to another. */
  refuseReentrance(): never {
    if (this.state >= POISONED) throw this.failure ?? this.ended();
    throw this.fail(trapped("cannot-enter", "cannot enter component instance: it is on the stack"));
  }

  /** The error of every call after the end. */
  ended(): TenonError {
    return this.closed ? instanceClosed() : instancePoisoned(this.failure);
  }

  /**
   * Poisons the store, and returns the first failure. Nothing is released yet, because guest frames
   * may be on the stack.
   */
  fail(thrown: unknown): TenonError {
    this.state = POISONED;
    this.failure ??= asFailure(thrown);
    for (const instance of this.instances) instance.mayLeave = false;
    return this.failure;
  }

  /** Does what `fail` does, and releases everything: no guest frame is on the stack any more. */
  failOutermost(thrown: unknown): TenonError {
    const failure = this.fail(thrown);
    this.release();
    return failure;
  }

  /**
   * Ends a call whose state is not RUNNING any more: runs the destructors that are due, and throws
   * a failure that the guest has caught. The state is RUNNING afterwards.
   */
  settle(): void {
    while (this.state === DRAINING) {
      this.state = RUNNING;
      const due = this.#due;
      this.#due = [];
      for (const handle of due) this.#destroy(handle);
    }
    if (this.state >= POISONED) throw this.failure ?? this.ended();
  }

  /** The guest waits for a promise. */
  suspend(): void {
    if (this.state < POISONED) this.state = SUSPENDED;
  }

  /** Waits for the result of a suspended guest, or for the end of the store. */
  wait(answer: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = reject;
      Promise.resolve(answer).then(resolve, reject);
    });
  }

  /**
   * What a suspended guest waits for: the promise, or the end of the store. An engine never frees a
   * stack that is not resumed, nor what is on it. So the guest is resumed with an exception at the
   * end, and traps where it catches that.
   */
  unwound(promise: PromiseLike<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#unwind = reject;
      promise.then(resolve, reject);
    });
  }

  /** A call from the host enters the guest, now or later; `answered` or `threw` ends the call. */
  expect(call: Underway, to: Answers): void {
    this.suspend();
    this.#underway = call;
    this.#answersTo = to;
  }

  /** The core function has returned, and the guest runs. */
  answered(core: unknown): void {
    const to = this.#answersTo!;
    const call = this.#underway!;
    this.#underway = this.#answersTo = undefined;
    let value: unknown;
    this.scheduler?.look();
    try {
      value = call.end(core);
    } catch (thrown) {
      return to.threw(thrown);
    }
    to.returned(value);
  }

  /** The core function has ended without returning. */
  threw(thrown: unknown): void {
    const call = this.#underway;
    if (call === undefined) return;
    const to = this.#answersTo!;
    this.#underway = this.#answersTo = undefined;
    to.threw(call.failOutermost(thrown));
  }

  /** Returns false where the store has ended in the meantime; the guest must not continue then. */
  goesOn(): boolean {
    if (this.state >= POISONED) return false;
    this.resume();
    return true;
  }

  /** The guest continues after a promise. */
  resume(): void {
    if (this.state >= POISONED) throw this.failure ?? this.ended();
    this.state = this.#due.length > 0 ? DRAINING : RUNNING;
  }

  /**
   * Runs the destructor of a guest's resource that the host held: now, or at the end of the call
   * that the store is in.
   */
  drop(handle: ResourceHandle): void {
    if (this.state >= POISONED) return;
    if (this.state !== IDLE) {
      this.#due.push(handle);
      if (this.state === RUNNING) this.state = DRAINING;
      return;
    }
    this.state = RUNNING;
    try {
      this.#destroy(handle);
      if (this.state !== RUNNING) this.settle();
    } catch (thrown) {
      throw this.failOutermost(thrown);
    }
    this.state = IDLE;
  }

  #destroy(handle: ResourceHandle): void {
    const { entered, destructor } = handle.type;
    if (destructor === undefined) return;
    if (entered.length > 0) for (const one of entered) one.mayEnter = false;
    destructor(handle.rep as number);
    if (entered.length > 0) for (const one of entered) one.mayEnter = true;
  }

  /**
   * Runs the destructors of the resources that the host still holds, gives the host its own
   * resources back, and frees memories. Idempotent. Resources inside the guest are not destroyed
   * one by one. Throws the first error of a destructor, at the end.
   */
  close(): void {
    let fault: unknown;
    if (this.state === IDLE) {
      this.state = RUNNING;
      try {
        for (const handle of this.held.clear()) this.#destroy(handle);
        this.settle();
      } catch (thrown) {
        fault = this.fail(thrown);
      }
    }
    this.failure ??= closedInCall();
    this.closed = true;
    this.state = POISONED;
    this.#waiting?.(this.failure);
    this.onUnwind?.();
    this.#unwind?.(this.failure);
    fault = this.release() ?? fault;
    this.threw(this.failure);
    if (fault !== undefined) throw fault;
  }

  /**
   * Gives the host its resources back, and empties tables and views. No guest code runs. Returns
   * the first error of a host's dispose.
   */
  release(): unknown {
    let fault: unknown;
    this.held.clear();
    this.#due = [];
    for (const instance of this.instances.toReversed()) {
      instance.mayLeave = false;
      for (const handle of instance.handles.clear()) {
        if (handle.scope !== undefined || handle.type.implementer !== undefined) continue;
        try {
          disposeHost(handle.rep);
        } catch (thrown) {
          fault ??= thrown;
        }
      }
    }
    for (const one of this.releasables) one.release();
    this.releasables.length = 0;
    for (const resource of this.resources) resource.destructor = undefined;
    return fault;
  }
}

/** The guest, or its end, drops a resource that the host implements. */
export function disposeHost(resource: unknown): void {
  (resource as Partial<Disposable>)[Symbol.dispose]?.();
}
