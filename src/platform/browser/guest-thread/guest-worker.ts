// A thread for guests. Everything it has arrives in messages; the first one of ours starts it.
import { STACK_FRAMES, THREAD } from "../../threads.ts";
import { GuestThread } from "../../../isolation/guest/guest-thread.ts";
import { pageClock, pageEntropy } from "../system.ts";
import { otherTasks } from "./other-tasks.ts";
import type { PageThreadData } from "./page-threads.ts";
import { workerScope } from "./worker-scope.ts";

// The stack of a trap belongs to its error (component/abi/wasm-stack.ts). The thread is ours alone. V8
// and JavaScriptCore have such a limit.
(Error as { stackTraceLimit?: number }).stackTraceLimit = STACK_FRAMES;

let thread: GuestThread | undefined;

// Others may post to the worker as well.
workerScope.addEventListener("message", ({ data }: MessageEvent) => {
  if (thread !== undefined) thread.receive(data);
  else if (isStart(data)) thread = started(data);
});

function isStart(data: unknown): data is PageThreadData {
  return (data as { readonly [THREAD]?: unknown } | null | undefined)?.[THREAD] === true;
}

function started({ timeOrigin, ...memory }: PageThreadData): GuestThread {
  const sooner = performance.timeOrigin - timeOrigin;
  const clock = { now: pageClock.now, monotonic: () => performance.now() + sooner };
  return new GuestThread({
    ...memory,
    own: { clock, entropy: pageEntropy },
    now: () => performance.now(),
    others: otherTasks(),
    after: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    setsAside: "Suspending" in WebAssembly,
    post: (message, gives = []) => workerScope.postMessage(message, [...gives]),
  });
}
