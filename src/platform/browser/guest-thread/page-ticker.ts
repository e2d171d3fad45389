import { RUNS, type TickerMessage } from "../../../isolation/ticker-thread.ts";
import type { Ticker } from "../../threads.ts";
import type { WorkerEntry } from "./start-worker.ts";

/** A ticker whose thread starts with the first watch. For pages that can share memory. */
export function pageTicker(start: (entry: WorkerEntry) => Worker): Ticker & Disposable {
  let worker: Worker | undefined;
  let runs: Promise<boolean> | undefined;
  let next = 1;
  const started = (): Promise<boolean> => {
    runs ??= new Promise((resolve) => {
      worker = start("ticker");
      worker.addEventListener("message", ({ data }: MessageEvent) => {
        if (data === RUNS) resolve(true);
      });
      worker.addEventListener("error", () => resolve(false), { once: true });
    });
    return runs;
  };
  const tell = (message: TickerMessage): void => worker?.postMessage(message);
  return {
    // The browser needs the page's thread to load a worker's file, and a loop there would keep it
    // from that.
    runs: started,
    watch(memory) {
      const id = next++;
      void started();
      tell({ tag: "tenon:watch", id, memory });
      return { [Symbol.dispose]: () => tell({ tag: "tenon:forget", id }) };
    },
    [Symbol.dispose]() {
      worker?.terminate();
      worker = undefined;
    },
  };
}
