// The program of a ticker's thread.
import { FLAG_WORD, RUNS_WORD, SLEEPS_WORD, SLICE_MS } from "./ticker.ts";

export type TickerMessage =
  | { readonly tag: "watch"; readonly id: number; readonly memory: WebAssembly.Memory }
  | { readonly tag: "forget"; readonly id: number };

/** After so many slices without a running guest it sleeps. */
const IDLE_SLICES = 20;

/** `every` calls back each `ms` milliseconds until its result is disposed of. */
export function tickerThread(
  every: (ms: number, callback: () => void) => Disposable,
): (message: TickerMessage) => void {
  const pages = new Map<number, Int32Array>();
  let ticking: Disposable | undefined;
  let idle = 0;
  const tick = (): void => {
    let runs = false;
    for (const page of pages.values()) {
      if (Atomics.load(page, RUNS_WORD) === 0) continue;
      Atomics.store(page, FLAG_WORD, 1);
      runs = true;
    }
    idle = runs ? 0 : idle + 1;
    // Where it can't be woken, it stays awake.
    if (idle >= IDLE_SLICES && "waitAsync" in Atomics) sleep();
  };
  const wake = (): void => {
    for (const page of pages.values()) Atomics.store(page, SLEEPS_WORD, 0);
    idle = 0;
    ticking ??= every(SLICE_MS, tick);
  };
  const sleep = (): void => {
    ticking?.[Symbol.dispose]();
    ticking = undefined;
    for (const page of pages.values()) {
      Atomics.store(page, SLEEPS_WORD, 1);
      const waited = Atomics.waitAsync(page, RUNS_WORD, 0);
      // A guest runs already: it may have looked at the word before it was set.
      if (waited.async) void waited.value.then(wake);
      else return wake();
    }
  };
  return (message) => {
    if (message.tag === "forget") {
      pages.delete(message.id);
      return;
    }
    pages.set(message.id, new Int32Array(message.memory.buffer));
    wake();
  };
}
