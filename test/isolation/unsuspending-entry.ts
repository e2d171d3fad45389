// A guests' thread as in a browser without JSPI.
import { setImmediate } from "node:timers";
import { parentPort, workerData } from "node:worker_threads";
import { GuestThread } from "../../src/isolation/guest/guest-thread.ts";
import type { GuestThreadData } from "../../src/isolation/wire/messages.ts";

for (const name of ["Suspending", "promising", "SuspendError"]) {
  Reflect.deleteProperty(WebAssembly, name);
}
const port = parentPort!;
const thread = new GuestThread({
  ...(workerData as GuestThreadData),
  now: () => performance.now(),
  others: () => new Promise<void>((resolve) => void setImmediate(resolve)),
  setsAside: false,
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  post: (message) => port.postMessage(message),
});
port.on("message", (message) => thread.receive(message));
