import { createHash, randomBytes } from "node:crypto";
import type { Clock, Timers } from "../clock.ts";
import type { Entropy } from "../entropy.ts";

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

export const systemTimers: Timers = Object.freeze({
  after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  soon: (callback: () => void) => void setImmediate(callback),
});

export const systemEntropy: Entropy = Object.freeze({
  bytes: (length: number) => new Uint8Array(randomBytes(length)),
});

export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
