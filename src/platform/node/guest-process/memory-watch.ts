// Ends processes for guests that hold too much, from a thread of the host's: its own thread may be
// busy.
import { Worker } from "node:worker_threads";
import { NOTHING_INHERITED } from "../worker-entry.ts";
import { LIMIT_WORD, type MemoryWatchMessage, OVER_WORD } from "./memory-watch-thread.ts";
import { GUEST_PROCESS, type SideThread } from "./pipes.ts";

/** One process that is watched. Disposing of it ends the watch. */
export interface WatchedMemory extends Disposable {
  /** The most bytes that the process may have from now on. */
  limit(bytes: number): void;
  /** Whether the process was ended because it had more. */
  readonly over: boolean;
}

/** For Linux. The thread starts with the first process, and keeps no host alive. */
export class MemoryWatch implements AsyncDisposable {
  readonly #entry: URL;
  readonly #pids: Set<number> = new Set();
  readonly #kill: (pid: number) => void;
  #worker: Worker | undefined;

  /** `kill` is called for each process where the thread can't watch it any more. */
  constructor(entry: URL, kill: (pid: number) => void) {
    this.#entry = entry;
    this.#kill = kill;
  }

  watch(pid: number): WatchedMemory {
    const words = new Int32Array(new SharedArrayBuffer(8));
    Atomics.store(words, LIMIT_WORD, 2 ** 31 - 1);
    this.#pids.add(pid);
    this.#tell({ tag: "watch", pid, words });
    return {
      limit: (bytes) => {
        Atomics.store(words, LIMIT_WORD, Math.min(2 ** 31 - 1, Math.ceil(bytes / 1024)));
      },
      get over() {
        return Atomics.load(words, OVER_WORD) === 1;
      },
      [Symbol.dispose]: () => {
        if (this.#pids.delete(pid) && this.#worker !== undefined)
          this.#tell({ tag: "forget", pid });
      },
    };
  }

  #tell(message: MemoryWatchMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    (this.#worker ??= this.#start()).postMessage(message);
  }

  #start(): Worker {
    const side: SideThread = { [GUEST_PROCESS]: { tag: "memory" } };
    const worker = new Worker(this.#entry, {
      workerData: side,
      ...NOTHING_INHERITED,
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    worker.on("error", () => {
      if (this.#worker === worker) this.#worker = undefined;
      // Nobody may run without a limit.
      for (const pid of this.#pids) this.#kill(pid);
    });
    worker.unref();
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
