// Threads that compile. Components wait for each other there, but not behind one that takes long:
// then another thread is used. A component that takes too long is refused, and its thread is given
// up.
import { type CompileLimit, compileRefusal, withinCompileMs } from "./compile-limit.ts";
import { isLost } from "./remote/lost-thread.ts";
import type { RemoteThread } from "./remote/remote-engine.ts";

/** Milliseconds after which the components that wait are compiled on another thread. */
const SLOW_MS = 300;

/** Made by GuestPool. */
export interface CompilersPowers extends CompileLimit {
  /** The most threads that compile at the same time. */
  readonly most: number;
  /**
   * A thread that runs no guests and is not in `busy`; where there is none, a new one, as long as
   * there are fewer than `extra` that only compile. Undefined: there is none.
   */
  thread(busy: ReadonlySet<RemoteThread>, extra: number): RemoteThread | undefined;
  /** The thread is not used any more. */
  giveUp(thread: RemoteThread): void;
}

interface Job {
  /** Settles the job. Never rejects. */
  run(thread: RemoteThread): Promise<void>;
}

export class Compilers {
  readonly #powers: CompilersPowers;
  readonly #busy: Set<RemoteThread> = new Set();
  #queue: Job[] = [];
  /** Whether a timer is set that looks whether a compilation takes long. */
  #looks = false;

  constructor(powers: CompilersPowers) {
    this.#powers = powers;
  }

  /** Whether a component is being compiled on the thread. */
  uses(thread: RemoteThread): boolean {
    return this.#busy.has(thread);
  }

  /**
   * Compiles on a thread that runs no guests, in its turn. Rejects with the error of `compile`;
   * with `component-limit` where it takes too long or too much memory; and with `isolate-failed`
   * where no thread can be started.
   */
  async run<Value>(compile: (thread: RemoteThread) => Promise<Value>): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const { compileMs } = this.#powers;
    const run = async (thread: RemoteThread): Promise<void> => {
      const wasAlone = thread.instances === 0;
      let settle: () => void;
      try {
        await thread.started();
        const value = await withinCompileMs(compile(thread), this.#powers, () => {
          if (thread.instances === 0) this.#powers.giveUp(thread);
        });
        settle = () => resolve(value);
      } catch (error) {
        const why = "took more time or memory than is available";
        const itsDoing = wasAlone && isLost(error) && error.data["why"] !== "failed";
        settle = () => reject(itsDoing ? compileRefusal(why, compileMs) : error);
      }
      this.#busy.delete(thread);
      settle();
    };
    this.#queue.push({ run });
    try {
      this.#pump(1);
    } catch (error) {
      this.#queue = this.#queue.filter((job) => job.run !== run);
      throw error;
    }
    return promise;
  }

  #pump(extra: number): void {
    const { most } = this.#powers;
    while (this.#queue.length > 0 && this.#busy.size < most) {
      const thread = this.#powers.thread(this.#busy, extra);
      if (thread === undefined) break;
      void this.#work(this.#queue.shift()!, thread);
    }
    if (this.#queue.length === 0 || this.#busy.size >= most || extra >= most) return;
    if (this.#looks) return;
    this.#looks = true;
    this.#powers.timers.after(SLOW_MS, () => {
      this.#looks = false;
      this.#more(this.#busy.size + 1);
    });
  }

  /** Starts waiting jobs on further threads, where these can be had. */
  #more(extra: number): void {
    try {
      this.#pump(Math.min(this.#powers.most, extra));
    } catch {
      // No further thread can be started: the jobs continue to wait.
    }
  }

  async #work(job: Job, thread: RemoteThread): Promise<void> {
    this.#busy.add(thread);
    await job.run(thread);
    this.#more(1);
  }
}
