// A guests' thread on which somebody else's code posts to the host again and again.
import { parentPort } from "node:worker_threads";
import "../../src/platform/node/guest-thread/entry.ts";
import { foreignMessages } from "./foreign-messages.ts";

function talk(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port, not a window
  for (const message of foreignMessages) parentPort!.postMessage(message);
}

talk();
setInterval(talk, 5).unref();
parentPort!.on("message", talk);
