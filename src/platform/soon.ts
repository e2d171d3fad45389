import type { Timers } from "./clock.ts";

/** Calls back after the other work that waits for the thread now. */
export function soon(timers: Timers, callback: () => void): void {
  if (timers.soon === undefined) timers.after(0, callback);
  else timers.soon(callback);
}
