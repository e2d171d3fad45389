import process from "node:process";
import { Worker } from "node:worker_threads";
import { availableParallelism } from "node:os";
import {
  type StartedThread,
  THREAD,
  type ThreadEnd,
  type ThreadMemory,
  type ThreadPort,
  type ThreadSource,
  type Ticker,
} from "../../threads.ts";
import { newAnswerPage } from "../../../isolation/wire/answer-page.ts";
import { newRings } from "../../../isolation/wire/ring.ts";
import { systemClock, systemEntropy } from "../system.ts";
import { NOTHING_INHERITED } from "../worker-entry.ts";
import { threadEntry } from "./thread-entry.ts";
import { type CompilerFlags, setCompilerFlags } from "./v8-flags.ts";

const MIB = 1024 * 1024;

/** Options of `nodeThreads`. */
export interface NodeThreadOptions {
  /**
   * MiB of JavaScript heap, beside `guestBytes` for what guests hold there (tables). Default: 256.
   */
  readonly heapMiB?: number;
  /** See ThreadSource. Default: 0. */
  readonly guestBytes?: number;
  /** The most bytes that one answer of a host function may have. Default: 64 MiB. */
  readonly maxAnswerBytes?: number;
  /**
   * Cuts the thread's time into slices. Default: none; then only terminating the thread stops a
   * loop.
   */
  readonly ticker?: Ticker;
  /**
   * The file that the thread runs. Default: the one that comes with Tenon; in an application that
   * is bundled, the chunk that it is in.
   */
  readonly entry?: URL;
  /** See NodePlatformOptions. Default: `strangers`. */
  readonly compilerFlags?: CompilerFlags;
}

/**
 * Starts a thread for guests. It inherits nothing from the process. From the first such thread on,
 * the process compiles each WebAssembly module as a whole, not function by function at their first
 * calls (v8-flags.ts). `entry`: a promise where its file is still being looked for.
 */
export function startThread(
  options: NodeThreadOptions = {},
  entry: URL | Promise<URL> = threadEntry(options.entry)(),
): StartedThread {
  const {
    heapMiB = 256,
    guestBytes = 0,
    maxAnswerBytes = 64 * 1024 * 1024,
    ticker,
    compilerFlags = "strangers",
  } = options;
  if (compilerFlags === "strangers") setCompilerFlags();
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const watch = ticker?.watch(flag);
  const memory: ThreadMemory = {
    flag,
    answers: newAnswerPage(maxAnswerBytes),
    rings: newRings(),
  };
  const start = (file: URL): Worker =>
    new Worker(file, {
      workerData: { ...memory, [THREAD]: true },
      ...NOTHING_INHERITED,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB + Math.ceil(guestBytes / MIB) },
    });
  const worker = entry instanceof URL ? start(entry) : entry.then(start);
  const use = (run: (worker: Worker) => void): void =>
    worker instanceof Worker ? run(worker) : void worker.then(run, () => {});
  let end: ThreadEnd | undefined;
  const port: ThreadPort = {
    post: (message, gives = []) =>
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      use((worker) => worker.postMessage(message, [...gives])),
    listen({ message, ended }) {
      use((worker) => {
        worker.on("message", message);
        worker.on("error", (error: NodeJS.ErrnoException) => {
          end =
            error.code === "ERR_WORKER_OUT_OF_MEMORY"
              ? { tag: "out-of-memory" }
              : { tag: "failed", message: error.message };
        });
        worker.once("exit", () => {
          watch?.[Symbol.dispose]();
          ended(end);
        });
        // Again, because a listener for messages undoes `unref`. While a call waits, its deadline
        // keeps the process alive.
        worker.unref();
      });
      if (worker instanceof Worker) return;
      worker.catch((error: unknown) => {
        watch?.[Symbol.dispose]();
        ended({ tag: "failed", message: error instanceof Error ? error.message : String(error) });
      });
    },
    async terminate() {
      await (await worker).terminate();
    },
  };
  return { port, memory };
}

/** As many threads as the machine runs at once, less one for the host. */
export function nodeThreads(options: NodeThreadOptions = {}): ThreadSource {
  const entry = threadEntry(options.entry);
  return {
    size: Math.max(1, availableParallelism() - 1),
    own: { clock: systemClock, entropy: systemEntropy },
    ranMs: () => {
      const [all, callers] = [process.cpuUsage(), process.threadCpuUsage()];
      return (all.user + all.system - callers.user - callers.system) / 1_000;
    },
    start: (guestBytes = 0) => startThread({ ...options, guestBytes }, entry()),
  };
}
