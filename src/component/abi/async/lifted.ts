// CanonicalABI.md, `canon_lift` of a function whose type is `async`.
import type { CoreFunction } from "../call-site.ts";
import type { LiftLowerContext } from "../context.ts";
import { type ComponentInstance, POISONED } from "../store.ts";
import { trap } from "../trap.ts";
import { freed } from "./scheduler.ts";
import { type Enter, SUSPENDED_CALL } from "./stacks.ts";
import type { Returns, Task } from "./task.ts";
import { type Pending, Thread } from "./thread.ts";
import { CANCELLED, type Event, NO_EVENT, setAt, type WaitableSet } from "./waitables.ts";

/** Made by AsyncFunctions (`link/async-functions.ts`). */
export interface LiftedAsyncParts {
  /** Undefined: it was lifted without `async`, and returns what its core function returns. */
  readonly returns: Returns | undefined;
  readonly core: Enter;
  readonly callback: Enter | undefined;
  readonly post: CoreFunction | undefined;
  /** Whether its stack can be suspended. */
  readonly suspendable: boolean;
}

/** CanonicalABI.md, `CallbackCode`. */
const EXIT = 0;
const YIELD = 1;
const WAIT = 2;

export class LiftedAsync {
  readonly inst: ComponentInstance;
  readonly cx: LiftLowerContext;
  readonly returns: Returns | undefined;
  /** Whether one call at a time runs in the instance. CanonicalABI.md, `needs_exclusive`. */
  readonly exclusive: boolean;
  readonly #parts: LiftedAsyncParts;

  constructor(cx: LiftLowerContext, parts: LiftedAsyncParts) {
    this.cx = cx;
    this.inst = cx.inst;
    this.returns = parts.returns;
    this.exclusive = parts.returns === undefined || parts.callback !== undefined;
    this.#parts = parts;
  }

  /** Begins a call. See Thread.resume for what it returns. */
  begin(task: Task): Pending | undefined {
    const thread = new Thread(this.inst, task, this.#parts.suspendable);
    task.thread = thread;
    return thread.start(() => this.#enter(thread, task));
  }

  #pressed(): boolean {
    const { inst } = this;
    return inst.backpressure > 0 || (this.exclusive && inst.exclusive !== undefined);
  }

  /**
   * The thread that keeps the instance to itself, where a call would wait for it alone, and it can
   * go on.
   */
  get holder(): Thread | undefined {
    const { inst } = this;
    if (!this.exclusive || inst.backpressure > 0 || inst.waitingToEnter > 0) return undefined;
    return inst.exclusive?.ready?.() === true ? inst.exclusive : undefined;
  }

  #enter(thread: Thread, task: Task): void {
    const { inst } = this;
    if (!this.#pressed() && inst.waitingToEnter === 0) return this.#start(thread, task);
    inst.waitingToEnter++;
    inst.held.add(thread);
    thread.wait(
      () => !this.#pressed(),
      true,
      (cancelled) => {
        inst.waitingToEnter--;
        inst.held.delete(thread);
        if (!cancelled) return this.#start(thread, task);
        task.cancel();
        freed(inst);
        thread.leave();
      },
    );
  }

  #start(thread: Thread, task: Task): void {
    if (this.exclusive) this.inst.exclusive = thread;
    else freed(this.inst);
    task.state = "started";
    task.caller.start();
  }

  /** The running call was refused by its call site, before the guest was entered. */
  refused(): void {
    const { store } = this.inst;
    if (this.exclusive) this.inst.exclusive = undefined;
    freed(this.inst);
    store.thread!.leave();
  }

  /** What the callee's call site calls when the arguments are lowered. */
  readonly core: CoreFunction = (...flat) => {
    const thread = this.inst.store.thread!;
    const task = thread.task!;
    task.scope = this.cx.scope;
    this.cx.scope = undefined;
    task.caller.begun();
    this.#call(thread, this.#parts.core, flat, (core) => this.#returned(thread, core));
  };

  /** Calls a core function on the thread, and goes on with its result, now or when it comes. */
  #call(thread: Thread, enter: Enter, args: readonly unknown[], go: (core: unknown) => void): void {
    const value = enter(thread, args, {
      returned: (core) => {
        try {
          go(core);
        } catch (thrown) {
          this.#failed(thread, thrown);
        }
      },
      failed: (thrown) => this.#failed(thread, thrown),
    });
    if (value !== SUSPENDED_CALL) go(value);
  }

  #failed(thread: Thread, thrown: unknown): void {
    const { store } = this.inst;
    store.state = POISONED;
    thread.fail(store.fail(thrown));
  }

  #returned(thread: Thread, core: unknown): void {
    const { store } = this.inst;
    if (store.state >= POISONED) store.settle();
    if (this.#parts.callback !== undefined) return this.#loop(thread, core as number);
    if (this.returns === undefined) {
      thread.task!.return([core]);
      this.#post(core);
    }
    this.#exit(thread);
  }

  #post(core: unknown): void {
    const { inst } = this;
    const { post } = this.#parts;
    if (post === undefined) return;
    inst.mayLeave = false;
    post(core);
    if (inst.store.state >= POISONED) inst.store.settle();
    inst.mayLeave = true;
  }

  /** The loop around the callback. */
  #loop(thread: Thread, packed: number): void {
    const { inst } = this;
    if (inst.store.state >= POISONED) inst.store.settle();
    const code = packed & 0xf;
    if (code === EXIT) return this.#exit(thread);
    inst.exclusive = undefined;
    freed(inst);
    if (code > WAIT) trap("wrong-callback", `unsupported callback code ${code}`);
    const set = code === YIELD ? undefined : setAt(inst, packed >>> 4);
    if (thread.task!.takesCancel(true)) return this.#deliver(thread, CANCELLED);
    return this.#wait(thread, set);
  }

  /** Waits for an event of the set; without one, for the other threads. */
  #wait(thread: Thread, set: WaitableSet | undefined): void {
    const { inst } = this;
    set?.waiters.add(thread);
    thread.wait(
      () => inst.exclusive === undefined && set?.hasEvent !== false,
      true,
      (cancelled) => {
        set?.waiters.delete(thread);
        this.#deliver(thread, cancelled ? CANCELLED : (set?.take() ?? NO_EVENT));
      },
    );
    if (set === undefined) inst.store.scheduler!.yields(thread);
    else if (set.hasEvent) inst.store.scheduler!.wake(thread);
  }

  #deliver(thread: Thread, event: Event): void {
    this.inst.exclusive = thread;
    this.#call(thread, this.#parts.callback!, event, (core) => this.#loop(thread, core as number));
  }

  #exit(thread: Thread): void {
    if (!thread.task!.resolved) trap("not-returned", "the task ended without task.return");
    if (this.exclusive) this.inst.exclusive = undefined;
    freed(this.inst);
    thread.leave();
  }
}
