// A ticker's thread.
import { tickerThread, type TickerMessage } from "../../../isolation/ticker-thread.ts";
import { workerScope } from "./worker-scope.ts";

const receive = tickerThread((ms, callback) => {
  const timer = setInterval(callback, ms);
  return { [Symbol.dispose]: () => clearInterval(timer) };
});
workerScope.addEventListener("message", ({ data }: MessageEvent<TickerMessage>) => receive(data));
workerScope.postMessage("ready");
