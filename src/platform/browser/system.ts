import { longTimers } from "../../long-timers.ts";
import type { Clock, Timers } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { Sha256 } from "./sha256.ts";
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

/** Makes its channel when it is first called. */
function pageSoon(): (callback: () => void) => void {
  let others: (() => Promise<void>) | undefined;
  const afterwards = async (callback: () => void): Promise<void> => {
    others ??= otherTasks();
    await others();
    callback();
  };
  return (callback) => void afterwards(callback);
}

/** `getRandomValues` fills at most this many bytes at once. */
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

/**
 * Up to so many bytes the browser's own digest is used: it copies them first, which blocks the
 * page.
 */
const COPIED_AT_ONCE = 2 ** 20;
/** Bytes that are hashed here in a few milliseconds, before the page goes on. */
const HASHED_AT_ONCE = 2 ** 19;

/**
 * The browser has digests only in secure contexts (https, or localhost); elsewhere all is hashed
 * here.
 */
export async function pageSha256(
  bytes: Uint8Array,
  letOthersRun: () => Promise<void>,
): Promise<Uint8Array> {
  if (bytes.length <= COPIED_AT_ONCE && crypto.subtle !== undefined) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  }
  const hash = new Sha256();
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE) {
    if (at > 0) await letOthersRun();
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE));
  }
  return hash.digest();
}
