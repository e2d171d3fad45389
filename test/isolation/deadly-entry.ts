// A guests' thread that a guest can bring down by what it says to the host: a text with `use-up-heap` in
// it fills the thread's JavaScript heap, one with `stand-still-MS` keeps it from turning for so long. Both
// happen while the guest runs, before the host hears anything; with `early` before it is entered, when
// nobody can tell whose call it is.
import { setImmediate } from "node:timers";
import { parentPort, workerData } from "node:worker_threads";
import { GuestThread } from "../../src/isolation/guest/guest-thread.ts";
import { RUNNER_WORD } from "../../src/isolation/ticker.ts";
import type { GuestThreadData } from "../../src/isolation/wire/messages.ts";

const words = new Int32Array((workerData as GuestThreadData).flag!.buffer);
// What a guest says is decoded in the middle of its call, what it is told before.
const { decode } = TextDecoder.prototype;
TextDecoder.prototype.decode = function (this: TextDecoder, ...args): string {
  const text = decode.apply(this, args);
  if (words[RUNNER_WORD] === 0 && !text.includes("early")) return text;
  if (text.includes("use-up-heap")) useUpHeap();
  const ms = /stand-still-(\d+)/u.exec(text)?.[1];
  if (ms !== undefined) standStill(Number(ms));
  return text;
};

const port = parentPort!;
const thread = new GuestThread({
  ...(workerData as GuestThreadData),
  now: () => performance.now(),
  setsAside: true,
  others: () => new Promise<void>((resolve) => void setImmediate(resolve)),
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  post: (message) => port.postMessage(message),
});
port.on("message", (message) => thread.receive(message));

function useUpHeap(): never {
  const hoard: unknown[] = [];
  for (;;) hoard.push(Array.from<number>({ length: 100_000 }).fill(0.5));
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
