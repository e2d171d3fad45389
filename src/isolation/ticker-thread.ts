// The program of a ticker's thread.
import { FLAG_WORD, RUNS_WORD, SLEEPS_WORD, SLICE_MS } from "./ticker.ts";

export type TickerMessage =
  | { readonly tag: "tenon:watch"; readonly id: number; readonly memory: WebAssembly.Memory }
  | { readonly tag: "tenon:forget"; readonly id: number };

/** What the thread posts once it runs, where somebody waits for that. */
export const RUNS = "tenon:runs";

/** After so many slices without a running guest it sleeps. */
const IDLE_SLICES = 20;

/**
 * `every` calls back each `ms` milliseconds until its result is disposed of. Returns the function to
 * call with each message that arrives; those of others are dropped.
 */
export function tickerThread(
  every: (ms: number, callback: () => void) => Disposable,
): (message: unknown) => void {
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
  return (posted) => {
    const message = posted as Partial<TickerMessage> | null | undefined;
    if (message?.tag === "tenon:forget") pages.delete(message.id!);
    if (message?.tag !== "tenon:watch") return;
    pages.set(message.id!, new Int32Array(message.memory!.buffer));
    wake();
  };
}
