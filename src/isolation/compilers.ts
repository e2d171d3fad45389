// Threads that compile. Components wait for each other there, one at a time, but not behind one that takes
// long; one that takes too long is refused, and its thread given up.
import { TenonError } from "../errors.ts";
import type { Timers } from "../platform/clock.ts";
import { isLost } from "./remote/lost-thread.ts";
import type { RemoteThread } from "./remote/remote-engine.ts";

/** Milliseconds after which those that wait are compiled on another thread. */
const SLOW_MS = 300;

/** Threads at most that compile at the same time. */
const MAX_COMPILERS = 3;

export interface CompilersPowers {
  readonly timers: Timers;
  /** Milliseconds that a component may take, decoding it and adding checks to it included. */
  readonly compileMs: number;
  /**
   * One that runs no guests and is none of these; where there is none, a new one if there may be so many.
   * Undefined: there is none to be had.
   */
  thread(busy: ReadonlySet<RemoteThread>, most: number): RemoteThread | undefined;
  /** It is nobody's any more. */
  giveUp(thread: RemoteThread): void;
}

interface Job {
  /** Settles the job; never rejects. */
  run(thread: RemoteThread): Promise<void>;
}

export class Compilers {
  readonly #powers: CompilersPowers;
  readonly #busy: Set<RemoteThread> = new Set();
  #queue: Job[] = [];
  /** Whether it is looked soon whether one that is under way takes long. */
  #looks = false;

  constructor(powers: CompilersPowers) {
    this.#powers = powers;
  }

  /** Whether a component is being compiled there. */
  uses(thread: RemoteThread): boolean {
    return this.#busy.has(thread);
  }

  /**
   * Compiles on a thread of its own, in its turn. Rejects with what `compile` does, with `component-limit`
   * where it takes too long or too much memory, and with `isolate-failed` where no thread can be had.
   */
  async run<Value>(compile: (thread: RemoteThread) => Promise<Value>): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const run = async (thread: RemoteThread): Promise<void> => {
      const wasAlone = thread.instances === 0;
      let settle: () => void;
      try {
        await thread.started();
        const value = await this.#limited(thread, compile(thread));
        settle = () => resolve(value);
      } catch (error) {
        const why = "took more time or memory than there is";
        const itsDoing = wasAlone && isLost(error) && error.data["why"] !== "failed";
        settle = () => reject(itsDoing ? this.#refusal(why) : error);
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

  #pump(most: number): void {
    while (this.#queue.length > 0) {
      const thread = this.#powers.thread(this.#busy, most);
      if (thread === undefined) break;
      void this.#work(this.#queue.shift()!, thread);
    }
    if (this.#queue.length === 0 || most >= MAX_COMPILERS) return;
    if (this.#looks) return;
    this.#looks = true;
    this.#powers.timers.after(SLOW_MS, () => {
      this.#looks = false;
      this.#more(this.#busy.size + 1);
    });
  }

  /** Those that wait do without the threads that they can't have. */
  #more(most: number): void {
    try {
      this.#pump(Math.min(MAX_COMPILERS, most));
    } catch {
      // They go on to wait.
    }
  }

  async #work(job: Job, thread: RemoteThread): Promise<void> {
    this.#busy.add(thread);
    await job.run(thread);
    this.#more(1);
  }

  /**
   * The thread's own silence is counted by its watch; this counts a compilation that does not keep it busy,
   * too.
   */
  async #limited<Value>(thread: RemoteThread, compiled: Promise<Value>): Promise<Value> {
    const late = Promise.withResolvers<never>();
    const limit = this.#powers.timers.after(this.#powers.compileMs, () => {
      late.reject(this.#refusal(`took longer than ${this.#powers.compileMs} ms`));
      if (thread.instances === 0) this.#powers.giveUp(thread);
    });
    try {
      return await Promise.race([compiled, late.promise]);
    } finally {
      limit[Symbol.dispose]();
      compiled.catch(() => {});
    }
  }

  #refusal(why: string): TenonError {
    return new TenonError(
      "component-limit",
      `The component ${why} to be compiled. Its author can make its largest functions smaller.`,
      { data: { limit: "compile", value: this.#powers.compileMs } },
    );
  }
}

/** Whether a component was refused for what it took to compile. */
export function isRefusal(error: unknown): error is TenonError {
  return (
    error instanceof TenonError &&
    error.code === "component-limit" &&
    error.data["limit"] === "compile"
  );
}
