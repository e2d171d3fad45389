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

export interface NodeThreadOptions {
  /** MiB of JavaScript heap beside what guests may hold there, which is counted: tables. Default: 256. */
  readonly heapMiB?: number;
  /** See ThreadSource. Default: 0. */
  readonly guestBytes?: number;
  /** Bytes that one answer of a host function may have. Default: 64 MiB. */
  readonly maxAnswerBytes?: number;
  /** Cuts the thread's time into slices. Default: none does; only a terminated thread stops a loop. */
  readonly ticker?: Ticker;
  /** What the thread runs. Default: what comes with Tenon. */
  readonly entry?: URL;
  /** See NodePlatformOptions. Default: `strangers`. */
  readonly compilerFlags?: CompilerFlags;
}

/**
 * Starts a thread for guests. Nothing of the process's own reaches it. From the first one on, the process
 * compiles WebAssembly as a whole, and not function by function as it is called (v8-flags.ts).
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
      // A listener for messages takes back what was said before it. While a call waits, its deadline keeps
      // the process alive.
      worker.unref();
    },
    async terminate() {
      await worker.terminate();
    },
  };
  return { port, memory };
}

/** As many threads as the machine runs at once, the host's own aside. */
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
