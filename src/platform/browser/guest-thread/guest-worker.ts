// A thread for guests. Everything it has arrives in messages; the first one starts it.
import { guestThread } from "../../../isolation/guest/guest-thread.ts";
import { pageClock, pageEntropy } from "../system.ts";
import { otherTasks } from "./other-tasks.ts";
import type { PageThreadData } from "./page-threads.ts";
import { workerScope } from "./worker-scope.ts";

workerScope.addEventListener(
  "message",
  ({ data }: MessageEvent<PageThreadData>) => {
    const { timeOrigin, ...memory } = data;
    const sooner = performance.timeOrigin - timeOrigin;
    const clock = { now: pageClock.now, monotonic: () => performance.now() + sooner };
    const receive = guestThread({
      ...memory,
      own: { clock, entropy: pageEntropy },
      now: () => performance.now(),
      others: otherTasks(),
      after: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
      setsAside: "Suspending" in WebAssembly,
      post: (message, gives = []) => workerScope.postMessage(message, [...gives]),
    });
    workerScope.addEventListener("message", (event: MessageEvent) => receive(event.data));
  },
  { once: true },
);
