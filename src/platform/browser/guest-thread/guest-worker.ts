// A thread for guests: everything it has it is given as messages, the first of which starts it.
import { guestThread } from "../../../isolation/guest/guest-thread.ts";
import type { GuestThreadData } from "../../../isolation/wire/messages.ts";
import { otherTasks } from "./other-tasks.ts";
import { workerScope } from "./worker-scope.ts";

workerScope.addEventListener(
  "message",
  ({ data }: MessageEvent<GuestThreadData>) => {
    const receive = guestThread({
      ...data,
      now: () => performance.now(),
      others: "Suspending" in WebAssembly ? otherTasks() : undefined,
      post: (message) => workerScope.postMessage(message),
    });
    workerScope.addEventListener("message", (event: MessageEvent) => receive(event.data));
  },
  { once: true },
);
