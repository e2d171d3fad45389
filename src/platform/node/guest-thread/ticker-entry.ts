// A ticker's thread.
import { parentPort } from "node:worker_threads";
import { tickerThread } from "../../../isolation/ticker-thread.ts";

parentPort!.on(
  "message",
  tickerThread((ms, callback) => {
    const timer = setInterval(callback, ms);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }),
);
