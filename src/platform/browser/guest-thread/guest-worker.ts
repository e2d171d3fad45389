// A thread for guests. Everything it has arrives in messages; the first one starts it.
import { STACK_FRAMES } from "../../threads.ts";
import { guestThread } from "../../../isolation/guest/guest-thread.ts";
import { pageClock, pageEntropy } from "../system.ts";
import { otherTasks } from "./other-tasks.ts";
import type { PageThreadData } from "./page-threads.ts";
import { workerScope } from "./worker-scope.ts";

// The stack of a trap belongs to its error (component/abi/wasm-stack.ts). The thread is ours alone. V8
// and JavaScriptCore have such a limit.
(Error as { stackTraceLimit?: number }).stackTraceLimit = STACK_FRAMES;

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
