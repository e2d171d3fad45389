import { createHash, randomBytes } from "node:crypto";
import { longTimers } from "../../long-timers.ts";
import type { Clock, Timers } from "../clock.ts";
import type { Entropy } from "../entropy.ts";

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

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

export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
