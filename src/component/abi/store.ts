// What the instances of one component, nested ones and all, have in common. CanonicalABI.md,
// "Component Instances" and "Embedding".
import { TenonError } from "../../errors.ts";
import { HandleTable, type ResourceHandle } from "./resources/handles.ts";
import { Holdings } from "./holdings.ts";
import type { GuestLimits } from "./limits.ts";
import type { Thread } from "./async/task.ts";
import { asFailure, trapped } from "./trap.ts";

/** Plain numbers: generated text holds them, and every call compares them. */
export const IDLE = 0;
export const RUNNING = 1;
/** Inside a host function that has answered with a promise. */
export const SUSPENDED = 2;
/** Running, with resources that the host dropped meanwhile and whose destructors are due. */
export const DRAINING = 3;
/** Nothing of the guest may run any more. A closed store is in this state too. */
export const POISONED = 4;

export class ComponentInstance {
  readonly store: Store;
  readonly parent: ComponentInstance | undefined;
  readonly handles: HandleTable;
  /**
   * For calls from one instance of the store to another; for calls from the host the store's state
   * says it of the whole tree.
   */
  mayEnter = true;
  mayLeave = true;
  backpressure = 0;
  /** The one that runs, in instances where threads matter. */
  thread: Thread | undefined = undefined;

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

/** A resource type of one store. Equal to itself only. */
export class ResourceState {
  readonly store: Store;
  readonly name: string | undefined;
  /** Undefined where the host implements it. */
  readonly implementer: ComponentInstance | undefined;
  /** Nested instances that a call of the destructor enters, where the host drops a resource. */
  readonly entered: readonly ComponentInstance[];
  /** Of a guest's resource: its destructor, a core function. */
  destructor: ((rep: number) => unknown) | undefined;
  /** What stands for it in JavaScript. Of a host's resource the class that the imports gave. */
  hostClass: HostClass | undefined;
  /** Of a host's resource: what dropping one is called, `acme:app/lamps@1.0.0#[resource-drop]lamp`. */
  dropName: string | undefined;
  /** Of a guest's resource: makes `hostClass`. */
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

  /** What stands for it in JavaScript. Undefined of a guest's resource that is exported nowhere. */
  get class(): HostClass | undefined {
    return (this.hostClass ??= this.makeClass?.());
  }
}

export type HostClass = abstract new (...args: never[]) => object;

/** Where an exported function's answer goes that comes later. Neither throws. */
export interface Answers {
  returned(value: unknown): void;
  threw(error: unknown): void;
}

/** A call whose guest has been entered. */
export interface Underway {
  /** What is left to do when the core function has answered. Throws an `err`, and what went wrong. */
  end(core: unknown): unknown;
  /** Poisons. */
  failOutermost(thrown: unknown): TenonError;
}

/** Something to empty when the store ends, so that memories can go. */
export interface Releasable {
  release(): void;
}

export class Store {
  readonly limits: GuestLimits;
  /** Outside of calls IDLE; RUNNING while the component is being instantiated. */
  state: number = RUNNING;
  closed = false;
  /** What poisoned or closed it. */
  failure: TenonError | undefined = undefined;
  readonly instances: ComponentInstance[] = [];
  readonly resources: ResourceState[] = [];
  /** The type of handles that are waitable sets, and of the waitables that would be in them. */
  readonly waitableSets: ResourceState = new ResourceState(this, "a waitable set", undefined);
  readonly waitables: ResourceState = new ResourceState(this, "a waitable", undefined);
  readonly releasables: Releasable[] = [];
  readonly holdings: Holdings;
  /** Guest resources that the host holds. */
  readonly held: HandleTable;
  /** Calls lowered with `async` that are under way. */
  asyncCalls = 0;
  /** Has the guest's next check ask. */
  onUnwind: (() => void) | undefined = undefined;
  /** See CallOptions: of the call that is being entered. */
  answers: Answers | undefined = undefined;
  /** See EngineInstance. */
  forgotten: ((drop: () => unknown) => void) | undefined = undefined;
  #due: ResourceHandle[] = [];
  /** Ends the wait of the guest that is suspended. */
  #unwind: ((reason: unknown) => void) | undefined = undefined;
  #underway: Underway | undefined = undefined;
  #answersTo: Answers | undefined = undefined;
  #waiting: ((fault: TenonError) => void) | undefined = undefined;

  constructor(limits: GuestLimits) {
    this.limits = limits;
    this.holdings = new Holdings(limits);
    this.held = new HandleTable(limits.handles);
  }

  /** A call from the host is refused: the store is not idle. */
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

  /** A call from the guest is refused: it may not leave its instance now, or has no future at all. */
  refuseLeave(): never {
    if (this.state >= POISONED) throw this.failure ?? this.ended();
    throw this.fail(
      trapped("cannot-leave", "cannot leave component instance out of realloc or post-return"),
    );
  }

  /** A call from one nested instance to another is refused. */
  refuseReentrance(): never {
    if (this.state >= POISONED) throw this.failure ?? this.ended();
    throw this.fail(trapped("cannot-enter", "cannot enter component instance: it is on the stack"));
  }

  /** What every call gets after the end. */
  ended(): TenonError {
    const cause = this.failure;
    if (this.closed) {
      return new TenonError("component-closed", "the instance was closed: instantiate it again");
    }
    const why = cause?.message ?? "stack overflow";
    return new TenonError(
      "component-poisoned",
      `an earlier call failed (${why}): instantiate the component again`,
      cause === undefined ? {} : { cause, data: { ...cause.data, code: cause.code } },
    );
  }

  /** Poisons; answers the first failure. Nothing is released yet, guest frames may be on the stack. */
  fail(thrown: unknown): TenonError {
    this.state = POISONED;
    this.failure ??= asFailure(thrown);
    for (const instance of this.instances) instance.mayLeave = false;
    return this.failure;
  }

  /** `fail`, with no guest frame on the stack any more. */
  failOutermost(thrown: unknown): TenonError {
    const failure = this.fail(thrown);
    this.release();
    return failure;
  }

  /**
   * Ends a call whose state is not RUNNING any more: destructors that are due run, a failure that
   * the guest has caught comes out. The state is RUNNING afterwards.
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

  /** Waits for what a suspended guest will answer, or for the end of the store. */
  wait(answer: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = reject;
      Promise.resolve(answer).then(resolve, reject);
    });
  }

  /**
   * What a suspended guest waits for: the promise, or the end of the store. A stack that is never resumed is
   * never let go, with all that is on it: the guest gets an exception then, and traps where it catches it.
   */
  unwound(promise: PromiseLike<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#unwind = reject;
      promise.then(resolve, reject);
    });
  }

  /** The guest is entered, now or later, by a call from the host; `answered` or `threw` ends it. */
  expect(call: Underway, to: Answers): void {
    this.suspend();
    this.#underway = call;
    this.#answersTo = to;
  }

  /** The core function has answered, and the guest runs. */
  answered(core: unknown): void {
    const to = this.#answersTo!;
    const call = this.#underway!;
    this.#underway = this.#answersTo = undefined;
    let value: unknown;
    try {
      value = call.end(core);
    } catch (thrown) {
      return to.threw(thrown);
    }
    to.returned(value);
  }

  /** The core function ended otherwise. */
  threw(thrown: unknown): void {
    const call = this.#underway;
    if (call === undefined) return;
    const to = this.#answersTo!;
    this.#underway = this.#answersTo = undefined;
    to.threw(call.failOutermost(thrown));
  }

  /** False, and nothing goes on, where the store has ended meanwhile. */
  goesOn(): boolean {
    if (this.state >= POISONED) return false;
    this.resume();
    return true;
  }

  /** The guest goes on after a promise. */
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
   * Runs the destructors of what the host still holds, gives the host its own resources back and
   * lets memories go. Idempotent. What is held inside the guest is not destroyed one by one. Throws
   * the first thing that a destructor threw, when all is done.
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
    this.failure ??= new TenonError("component-closed", "the instance was closed in mid-call");
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
   * Gives the host its resources back and empties tables and views. No guest code runs. Answers the
   * first thing that a host's dispose threw.
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
