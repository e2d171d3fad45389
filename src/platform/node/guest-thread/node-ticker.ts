import { Worker } from "node:worker_threads";
import type { Ticker } from "../../threads.ts";
import type { TickerMessage } from "../../../isolation/ticker-thread.ts";
import { workerEntry } from "../worker-entry.ts";

/// Its thread starts with the first watch, and keeps no process alive.
export function nodeTicker(): Ticker & AsyncDisposable {
  let worker: Worker | undefined;
  let next = 1;
  const tell = (message: TickerMessage): void => {
    if (worker === undefined) {
      worker = new Worker(workerEntry(import.meta.url, "./ticker-entry"), { env: {}, argv: [] });
      worker.unref();
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(message);
  };
  return {
    watch(memory) {
      const id = next++;
      tell({ tag: "watch", id, memory });
      return {
        [Symbol.dispose]: () => {
          if (worker !== undefined) tell({ tag: "forget", id });
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
