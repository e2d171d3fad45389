import type { Timers } from "../platform/clock.ts";

/** Calls back when what else waits for the thread by now has had its turn. */
export function soon(timers: Timers, callback: () => void): void {
  if (timers.soon === undefined) timers.after(0, callback);
  else timers.soon(callback);
}
