// A thread for guests. Everything it has arrives in messages.
import { parentPort, workerData } from "node:worker_threads";
import { setTimeout } from "node:timers/promises";
import { guestThread } from "../../../isolation/guest/guest-thread.ts";
import type { GuestThreadData } from "../../../isolation/wire/messages.ts";
import { garbageCollector } from "./collect-garbage.ts";
import { decodeAscii } from "../decode-ascii.ts";
import { letOthersRun, systemClock, systemEntropy } from "../system.ts";

const port = parentPort!;
const receive = guestThread({
  ...(workerData as GuestThreadData),
  decodeAscii,
  collect: garbageCollector(),
  // All threads of a process have the same monotonic clock.
  own: { clock: systemClock, entropy: systemEntropy },
  now: () => performance.now(),
  others: letOthersRun,
  after: (ms) => setTimeout(ms),
  setsAside: true,
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  post: (message, gives = []) => port.postMessage(message, [...gives]),
});
port.on("message", receive);
