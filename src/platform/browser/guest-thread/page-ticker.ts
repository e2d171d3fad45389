import type { TickerMessage } from "../../../isolation/ticker-thread.ts";
import type { Ticker } from "../../threads.ts";
import type { WorkerEntry } from "./start-worker.ts";

/** Its thread starts with the first watch. Only where memory can be shared. */
export function pageTicker(start: (entry: WorkerEntry) => Worker): Ticker & Disposable {
  let worker: Worker | undefined;
  let runs: Promise<boolean> | undefined;
  let next = 1;
  const started = (): Promise<boolean> => {
    runs ??= new Promise((resolve) => {
      worker = start("ticker");
      worker.addEventListener("message", () => resolve(true), { once: true });
      worker.addEventListener("error", () => resolve(false), { once: true });
    });
    return runs;
  };
  const tell = (message: TickerMessage): void => worker?.postMessage(message);
  return {
    // A worker's file is loaded by way of the page, which a loop would hold.
    runs: started,
    watch(memory) {
      const id = next++;
      void started();
      tell({ tag: "watch", id, memory });
      return { [Symbol.dispose]: () => tell({ tag: "forget", id }) };
    },
    [Symbol.dispose]() {
      worker?.terminate();
      worker = undefined;
    },
  };
}
