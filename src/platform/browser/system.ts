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

/** Its channel is made when it is first needed. */
function pageSoon(): (callback: () => void) => void {
  let others: (() => Promise<void>) | undefined;
  const afterwards = async (callback: () => void): Promise<void> => {
    others ??= otherTasks();
    await others();
    callback();
  };
  return (callback) => void afterwards(callback);
}

/** `getRandomValues` gives at most this much at once. */
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

/** Bytes up to which a browser's own digest is asked: it copies them while it holds the page. */
const COPIED_AT_ONCE = 2 ** 20;
/** Bytes that are hashed here in a few milliseconds. */
const HASHED_AT_ONCE = 2 ** 19;

/** Browsers have digests in secure contexts (https, or localhost) only; elsewhere all is hashed here. */
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
