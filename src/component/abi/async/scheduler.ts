// CanonicalABI.md, `Store.tick`: decides which thread of a store runs next.
//
// A turn begins when the store is idle. It ends when the thread that it continued waits or has
// ended, and with it those that it continued in turn. Whatever makes a thread ready wakes it; the
// scheduler looks at those that were woken, in that order, in a microtask of their own.
import { type ComponentInstance, IDLE, POISONED, RUNNING, type Store } from "../store.ts";
import { overLimit } from "../trap.ts";
import type { Pending, Thread } from "./thread.ts";

/** Decides about tasks that yield. */
export interface Yielding {
  /**
   * A task yields. Throws where it must be stopped. Returns what it waits for before it continues;
   * undefined where others need not be waited for.
   */
  yielded(mayWait: boolean): Promise<void> | undefined;
}

/** A call from the host that has not been answered. */
export interface Outstanding {
  refuse(error: unknown): void;
}

/** Something to do in a turn of its own. See `Thread.resume`. */
type Job = () => Pending | undefined;

/** So many tasks may yield in a row before everything else that waits for the JavaScript thread. */
const YIELDS_IN_A_ROW = 100;

interface Granted {
  readonly thread: Thread;
  readonly entered: readonly ComponentInstance[];
}

export class Scheduler {
  readonly #store: Store;
  readonly #yielding: Yielding | undefined;
  #woken: Thread[] = [];
  readonly #jobs: (readonly [ComponentInstance, Job])[] = [];
  #scheduled = false;
  #yields = 0;
  #subtasks = 0;
  /** Whether a turn has begun and is not over. */
  #turning = false;
  /** A stack that will go on. Until then the host may call what is not asynchronous. */
  #granted: Granted | undefined = undefined;
  #answers: (() => void)[] = [];
  readonly calls: Set<Outstanding> = new Set();
  /** Reads of streams and futures by the host. */
  readonly reads: Set<Outstanding> = new Set();
  /** Streams of the host that guests may still read. */
  readonly sources: Set<{ drop(): void }> = new Set();
  /** Ends the wait of each stack that is suspended. */
  readonly unwinds: Set<(reason: unknown) => void> = new Set();

  /** `yielding` undefined: nothing stops the guest. */
  constructor(store: Store, yielding: Yielding | undefined) {
    this.#store = store;
    this.#yielding = yielding;
    store.releasables.push(this);
  }

  /** Whether calls are under way. */
  get busy(): boolean {
    return this.#turning || this.calls.size > 0 || this.#jobs.length > 0 || this.#woken.length > 0;
  }

  /** A call of the host's. Throws `component-limit` where there are too many. */
  admit(call: Outstanding): void {
    const { tasks } = this.#store.limits;
    if (this.calls.size >= tasks) overLimit("tasks", `${tasks} calls are under way already`);
    this.calls.add(call);
  }

  /** A guest starts a call, or has been told that it has ended. Throws `component-limit`. */
  countSubtasks(change: 1 | -1): void {
    this.#subtasks += change;
    const { subtasks } = this.#store.limits;
    if (this.#subtasks > subtasks)
      overLimit("subtasks", `a guest waits for ${subtasks} calls already`);
  }

  wake(thread: Thread): void {
    if (thread.queued) return;
    thread.queued = true;
    this.#woken.push(thread);
    this.look();
  }

  /** The thread, which waits, may go on after the others. */
  yields(thread: Thread): void {
    const others = this.#yielding?.yielded(true);
    if (others !== undefined) void others.then(() => this.wake(thread));
    else if (++this.#yields < YIELDS_IN_A_ROW) this.wake(thread);
    else {
      // oxlint-disable-next-line no-restricted-globals -- the engine by itself has no platform to ask
      setTimeout(() => {
        this.#yields = 0;
        this.wake(thread);
      }, 0);
    }
  }

  /** Gives an answer to the host at the end of the turn, unless that fails. */
  answer(give: () => void): void {
    this.#answers.push(give);
  }

  /** Does the job in a turn of its own: at once where the store is idle. */
  do(inst: ComponentInstance, job: Job): void {
    const idle = !this.#turning && this.#store.state === IDLE;
    if (idle && this.#jobs.length === 0) this.#turn(inst, job);
    else {
      this.#jobs.push([inst, job]);
      this.look();
    }
  }

  /** Looks soon at what there is to do. */
  look(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#look();
    });
  }

  #look(): void {
    for (;;) {
      if (this.#turning || this.#store.state !== IDLE) return;
      const job = this.#jobs.shift();
      if (job !== undefined) {
        if (!this.#turn(...job)) return;
        continue;
      }
      const woken = this.#woken;
      if (woken.length === 0) return;
      this.#woken = [];
      for (const [at, thread] of woken.entries()) {
        thread.queued = false;
        if (thread.ready === undefined) continue;
        if (!thread.ready()) {
          thread.inst.held.add(thread);
          continue;
        }
        if (this.#turn(thread.inst, () => thread.resume(false), thread)) continue;
        this.#woken.unshift(...woken.slice(at + 1));
        return;
      }
    }
  }

  /** Returns whether the turn is over. */
  #turn(inst: ComponentInstance, job: Job, thread?: Thread): boolean {
    const store = this.#store;
    this.#turning = true;
    const entered = inst.lineage().slice(0, -1);
    store.state = RUNNING;
    for (const one of entered) one.mayEnter = false;
    let pending: Pending | undefined;
    try {
      pending = job();
    } catch (thrown) {
      store.failOutermost(thrown);
      return false;
    }
    if (pending === undefined) return this.#over(entered);
    if (thread?.stacked === true) {
      for (const one of entered) one.mayEnter = true;
      this.#granted = { thread, entered };
      store.state = IDLE;
    } else store.suspend();
    pending.listen(
      () => {
        if (this.#over(entered)) this.look();
      },
      (thrown) => store.failOutermost(thrown),
    );
    return false;
  }

  /** The stack of a thread goes on. */
  begins(thread: Thread): void {
    if (this.#granted?.thread !== thread) return;
    for (const one of this.#granted.entered) one.mayEnter = false;
    this.#granted = undefined;
    this.#store.state = RUNNING;
  }

  #over(entered: readonly ComponentInstance[]): boolean {
    const store = this.#store;
    for (const one of entered) one.mayEnter = true;
    try {
      if (store.state >= POISONED) store.settle();
      store.resume();
      store.settle();
    } catch (thrown) {
      store.failOutermost(thrown);
      return false;
    }
    store.state = IDLE;
    this.#turning = false;
    if (this.#answers.length > 0) {
      for (const give of this.#answers) give();
      this.#answers = [];
    }
    return true;
  }

  /** The store has ended. */
  release(): void {
    const store = this.#store;
    this.#woken = [];
    this.#jobs.length = 0;
    this.#answers = [];
    const error = store.failure ?? store.ended();
    for (const call of this.calls) call.refuse(error);
    this.calls.clear();
    for (const read of this.reads) read.refuse(error);
    this.reads.clear();
    for (const source of this.sources) source.drop();
    this.sources.clear();
    if (this.unwinds.size === 0) return;
    store.onUnwind?.();
    for (const unwind of this.unwinds) unwind(error);
    this.unwinds.clear();
  }
}

/** Threads of the instance that were ready, but for the one that runs there, may look again. */
export function freed(inst: ComponentInstance): void {
  for (const thread of inst.held) {
    const ready = thread.ready?.();
    if (ready === false) continue;
    inst.held.delete(thread);
    if (ready === undefined) continue;
    inst.store.scheduler!.wake(thread);
    return;
  }
}
