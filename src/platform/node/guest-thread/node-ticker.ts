import { Worker } from "node:worker_threads";
import type { Ticker } from "../../threads.ts";
import type { TickerMessage } from "../../../isolation/ticker-thread.ts";
import { isThere, NOTHING_INHERITED, workerEntry } from "../worker-entry.ts";

/**
 * A ticker whose thread starts with the first watch and keeps no process alive. Where the file of
 * the thread is missing, the ticker does not run, and guests count their steps.
 */
export function nodeTicker(
  entry: URL | undefined = workerEntry(import.meta.url, "./ticker-entry"),
): Ticker & AsyncDisposable {
  const file = isThere(entry) ? entry : undefined;
  let worker: Worker | undefined;
  let next = 1;
  const tell = (message: TickerMessage): void => {
    if (worker === undefined) {
      worker = new Worker(file!, NOTHING_INHERITED);
      // Without slices, guests are stopped by the clock alone; the process need not end for that.
      worker.on("error", () => {});
      worker.unref();
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(message);
  };
  return {
    ...(file === undefined ? { runs: async () => false } : {}),
    watch(memory) {
      if (file === undefined) return { [Symbol.dispose]: () => {} };
      const id = next++;
      tell({ tag: "tenon:watch", id, memory });
      return {
        [Symbol.dispose]: () => {
          if (worker !== undefined) tell({ tag: "tenon:forget", id });
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const ended = worker;
      worker = undefined;
      await ended?.terminate();
    },
  };
}
