import { newAnswerPage } from "../../../isolation/wire/answer-page.ts";
import { newRings } from "../../../isolation/wire/ring.ts";
import {
  type StartedThread,
  THREAD,
  type ThreadEnd,
  type ThreadMemory,
  type ThreadPort,
  type ThreadSource,
  type Ticker,
} from "../../threads.ts";
import { pageClock, pageEntropy } from "../system.ts";
import type { WorkerEntry } from "./start-worker.ts";

/**
 * The most bytes that one answer of a host function may have where it goes through shared memory.
 */
const MAX_ANSWER = 64 * 1024 * 1024;

export interface PageThreadOptions {
  readonly start: (entry: WorkerEntry) => Worker;
  /**
   * Cuts the threads' time into slices. Undefined where memory can't be shared: guests then count
   * their steps, and each call of a host function suspends the guest.
   */
  readonly ticker: Ticker | undefined;
}

/** The first message of ours to a worker. */
export interface PageThreadData extends ThreadMemory {
  readonly [THREAD]: true;
  /**
   * The page's `performance.timeOrigin`, so that the worker's monotonic clock agrees with the
   * page's.
   */
  readonly timeOrigin: number;
}

/** As many threads as the machine runs at once, less one for the page. */
export function pageThreads(options: PageThreadOptions): ThreadSource {
  const size = Math.max(1, navigator.hardwareConcurrency - 1);
  const own = { clock: pageClock, entropy: pageEntropy };
  return { size, own, setsAside: "Suspending" in WebAssembly, start: () => startThread(options) };
}

function startThread({ start, ticker }: PageThreadOptions): StartedThread {
  const memory = sharedMemory(ticker !== undefined);
  const watch = memory.flag && ticker?.watch(memory.flag);
  const worker = start("guest");
  const { timeOrigin } = performance;
  worker.postMessage({ ...memory, [THREAD]: true, timeOrigin } satisfies PageThreadData);
  let gone: ((end: ThreadEnd | undefined) => void) | undefined;
  const end = (reason: ThreadEnd | undefined): void => {
    worker.terminate();
    watch?.[Symbol.dispose]();
    gone?.(reason);
    gone = undefined;
  };
  const port: ThreadPort = {
    post: (message, gives = []) => worker.postMessage(message, [...gives]),
    listen({ message, ended }) {
      gone = ended;
      worker.addEventListener("message", ({ data }: MessageEvent) => message(data));
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        end({ tag: "failed", message: failure(event) });
      });
    },
    // A worker that is terminated sends no event.
    terminate: async () => end(undefined),
  };
  return { port, memory };
}

function sharedMemory(shared: boolean): ThreadMemory {
  return shared
    ? {
        flag: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
        answers: newAnswerPage(MAX_ANSWER),
        rings: newRings(),
      }
    : { flag: undefined, answers: undefined };
}

/** An event without a message means that the file could not be loaded. */
function failure({ message }: ErrorEvent): string {
  return message
    ? `failed: ${message}`
    : "could not be loaded: is the worker's file where the page says, and allowed by its policy (worker-src)?";
}
