import { createHash, randomBytes } from "node:crypto";
import process from "node:process";
import { setImmediate } from "node:timers";
import { longTimers } from "../../long-timers.ts";
import type { Clock, Timers } from "../clock.ts";
import type { Entropy } from "../entropy.ts";

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

/**
 * Milliseconds of processor time that the calling thread has used. Undefined where the system counts
 * them in steps of many milliseconds (Windows), or can't say it.
 */
export const threadProcessorMs: (() => number) | undefined =
  process.platform === "win32" || typeof process.threadCpuUsage !== "function"
    ? undefined
    : () => {
        // Linux brings the thread's own count up to date when it is asked for that of all threads;
        // otherwise it is as old as the last tick.
        process.cpuUsage();
        const { user, system } = process.threadCpuUsage();
        return (user + system) / 1_000;
      };

export const systemTimers: Timers = Object.freeze({
  ...longTimers({
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return { [Symbol.dispose]: () => clearTimeout(timer), unref: () => void timer.unref() };
    },
  }),
  soon: (callback: () => void) => void setImmediate(callback),
});

export const systemEntropy: Entropy = Object.freeze({
  bytes: (length: number) => new Uint8Array(randomBytes(length)),
});

/** Bytes that are hashed in a millisecond or two. */
const HASHED_AT_ONCE = 2 ** 20;

/** Hashes on this thread: copying the bytes to another would take as long. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE) {
    if (at > 0) await letOthersRun();
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE));
  }
  return new Uint8Array(hash.digest());
}

export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
