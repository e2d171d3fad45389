// A second thread of a process for guests. It runs whatever the guests do.
import { read, writeSync } from "node:fs";
import process from "node:process";
import { type TickerMessage, tickerThread } from "../../../isolation/ticker-thread.ts";
import { PIPES } from "./pipes.ts";

/** Ends the process at once, whatever its other threads do. */
export function endProcess(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Milliseconds between two looks of a process at what it holds itself. */
const LOOK_MS = 20;

/**
 * Cuts the time of the guests' thread into slices, and ends the process as soon as its host has ended,
 * in whatever way. `flag`: see Interrupt.flag. `watchesItself`: also where the process has more memory
 * than its host said last (eight bytes, f64), because the host can't look.
 */
export function watchProcess(flag: WebAssembly.Memory, watchesItself: boolean): void {
  const receive = tickerThread((ms, callback) => {
    const timer = setInterval(callback, ms);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  });
  const watch: TickerMessage = { tag: "tenon:watch", id: 1, memory: flag };
  receive(watch);
  const told = new Uint8Array(8);
  let heard = 0;
  let most = Infinity;
  const next = (): void =>
    read(PIPES.control, told, heard, told.length - heard, null, (error, length) => {
      if (error !== null || length === 0) return endProcess();
      heard += length;
      if (heard === told.length) {
        most = new DataView(told.buffer).getFloat64(0, true);
        heard = 0;
      }
      next();
    });
  next();
  if (!watchesItself) return;
  setInterval(() => {
    if (process.memoryUsage.rss() <= most) return;
    // Tells the host why.
    writeSync(PIPES.control, told.subarray(0, 1));
    endProcess();
  }, LOOK_MS);
}
