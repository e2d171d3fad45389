// A ticker's thread.
import { RUNS, tickerThread } from "../../../isolation/ticker-thread.ts";
import { workerScope } from "./worker-scope.ts";

const receive = tickerThread((ms, callback) => {
  const timer = setInterval(callback, ms);
  return { [Symbol.dispose]: () => clearInterval(timer) };
});
workerScope.addEventListener("message", ({ data }: MessageEvent) => receive(data));
workerScope.postMessage(RUNS);
