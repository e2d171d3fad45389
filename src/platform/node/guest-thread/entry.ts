// A thread for guests. Everything it has arrives in messages.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { setTimeout } from "node:timers/promises";
import { STACK_FRAMES, THREAD } from "../../threads.ts";
import { GuestThread } from "../../../isolation/guest/guest-thread.ts";
import type { GuestThreadData } from "../../../isolation/wire/messages.ts";
import { garbageCollector } from "./collect-garbage.ts";
import { decodeAscii } from "../decode-ascii.ts";
import { letOthersRun, systemClock, systemEntropy, threadProcessorMs } from "../system.ts";

/** Where this module is. In a bundle that splits, the chunk that holds it; see thread-entry.ts. */
export const place: string | undefined = import.meta.url;

// Nothing happens where an application's thread imports the module.
if (isOurs(workerData)) serve(workerData, parentPort!);

function isOurs(data: unknown): data is GuestThreadData {
  return (data as { readonly [THREAD]?: unknown } | null)?.[THREAD] === true;
}

function serve(data: GuestThreadData, port: MessagePort): void {
  // The stack of a trap belongs to its error (component/abi/wasm-stack.ts). The thread is ours alone.
  Error.stackTraceLimit = STACK_FRAMES;
  const thread = new GuestThread({
    ...data,
    decodeAscii,
    collect: garbageCollector(),
    // All threads of a process have the same monotonic clock.
    own: { clock: systemClock, entropy: systemEntropy },
    now: () => performance.now(),
    processor: threadProcessorMs,
    others: letOthersRun,
    after: (ms) => setTimeout(ms),
    setsAside: true,
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
    post: (message, gives = []) => port.postMessage(message, [...gives]),
  });
  port.on("message", (message) => thread.receive(message));
}
