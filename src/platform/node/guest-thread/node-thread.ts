import process from "node:process";
import { Worker } from "node:worker_threads";
import { availableParallelism } from "node:os";
import type {
  StartedThread,
  ThreadEnd,
  ThreadMemory,
  ThreadPort,
  ThreadSource,
  Ticker,
} from "../../threads.ts";
import { newAnswerPage } from "../../../isolation/wire/answer-page.ts";
import { newRings } from "../../../isolation/wire/ring.ts";
import { systemClock, systemEntropy } from "../system.ts";
import { assertThere, NOTHING_INHERITED, workerEntry } from "../worker-entry.ts";
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
  /** The file that the thread runs. Default: the one that comes with Tenon. */
  readonly entry?: URL;
  /** See NodePlatformOptions. Default: `strangers`. */
  readonly compilerFlags?: CompilerFlags;
}

/**
 * Starts a thread for guests. It inherits nothing from the process. From the first such thread on,
 * the process compiles each WebAssembly module as a whole, not function by function at their first
 * calls (v8-flags.ts).
 */
export function startThread({
  heapMiB = 256,
  guestBytes = 0,
  maxAnswerBytes = 64 * 1024 * 1024,
  ticker,
  entry = workerEntry(import.meta.url, "./entry"),
  compilerFlags = "strangers",
}: NodeThreadOptions = {}): StartedThread {
  assertThere(entry, "guest-worker");
  if (compilerFlags === "strangers") setCompilerFlags();
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const watch = ticker?.watch(flag);
  const memory: ThreadMemory = {
    flag,
    answers: newAnswerPage(maxAnswerBytes),
    rings: newRings(),
  };
  const worker = new Worker(entry, {
    workerData: memory,
    ...NOTHING_INHERITED,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB + Math.ceil(guestBytes / MIB) },
  });
  let end: ThreadEnd | undefined;
  const port: ThreadPort = {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    post: (message, gives = []) => worker.postMessage(message, [...gives]),
    listen({ message, ended }) {
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
    },
    async terminate() {
      await worker.terminate();
    },
  };
  return { port, memory };
}

/** As many threads as the machine runs at once, less one for the host. */
export function nodeThreads(options: NodeThreadOptions = {}): ThreadSource {
  return {
    size: Math.max(1, availableParallelism() - 1),
    own: { clock: systemClock, entropy: systemEntropy },
    ranMs: () => {
      const [all, callers] = [process.cpuUsage(), process.threadCpuUsage()];
      return (all.user + all.system - callers.user - callers.system) / 1_000;
    },
    start: (guestBytes = 0) => startThread({ ...options, guestBytes }),
  };
}
