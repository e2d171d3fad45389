import { longTimers } from "../../long-timers.ts";
import type { Clock, Timers } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { otherTasks } from "./guest-thread/other-tasks.ts";

export const pageClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

export const pageTimers: Timers = Object.freeze({
  ...longTimers({
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
  }),
  soon: pageSoon(),
});

/// Its channel is made when it is first needed.
function pageSoon(): (callback: () => void) => void {
  let others: (() => Promise<void>) | undefined;
  const afterwards = async (callback: () => void): Promise<void> => {
    others ??= otherTasks();
    await others();
    callback();
  };
  return (callback) => void afterwards(callback);
}

/// `getRandomValues` gives at most this much at once.
const quota = 65_536;

export const pageEntropy: Entropy = Object.freeze({
  bytes: (length: number) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += quota) {
      crypto.getRandomValues(bytes.subarray(at, at + quota));
    }
    return bytes;
  },
});

/// Only in a secure context (https, or localhost): a page without one has no digests. The thread is held while
/// the browser copies the bytes.
export async function pageSha256(bytes: Uint8Array): Promise<Uint8Array> {
  const own =
    bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", own));
}
