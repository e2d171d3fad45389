// What a thread costs without anything of ours on it.
import { Worker } from "node:worker_threads";

// Answers what it is posted; `calls: n` asks the parent n times, waiting for each answer in shared
// memory.
const SOURCE = `
const { parentPort, workerData } = require("node:worker_threads");
const header = new Int32Array(workerData);
parentPort.on("message", (message) => {
  if (typeof message !== "object" || message.calls === undefined) return parentPort.postMessage(message);
  let sum = 0;
  for (let i = 0; i < message.calls; i++) {
    Atomics.store(header, 0, 0);
    parentPort.postMessage(sum);
    Atomics.wait(header, 0, 0);
    sum = header[1];
  }
  parentPort.postMessage({ sum });
});`;

export interface BareWorker extends AsyncDisposable {
  echo(value: unknown): Promise<unknown>;
  /** Posted at once, and all awaited. */
  echoAll(count: number): Promise<unknown>;
  askParent(times: number): Promise<number>;
}

export function bareWorker(): BareWorker {
  const shared = new SharedArrayBuffer(8);
  const header = new Int32Array(shared);
  const worker = new Worker(SOURCE, { eval: true, workerData: shared });
  let waiting: ((value: unknown) => void)[] = [];
  worker.on("message", (message: unknown) => {
    if (typeof message === "number" && waiting[0] === answered) {
      header[1] = message + 3;
      Atomics.store(header, 0, 1);
      Atomics.notify(header, 0);
      return;
    }
    waiting.shift()!(message);
  });
  let settle: (value: unknown) => void = () => {};
  const answered = (value: unknown): void => settle(value);
  const post = (value: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      worker.postMessage(value);
    });
  return {
    echo: post,
    async echoAll(count) {
      const answers = await Promise.all(Array.from({ length: count }, (_, i) => post(i)));
      return answers.length;
    },
    askParent: (times) =>
      new Promise((resolve) => {
        settle = (value) => resolve((value as { readonly sum: number }).sum);
        waiting = [answered];
        worker.postMessage({ calls: times });
      }),
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
