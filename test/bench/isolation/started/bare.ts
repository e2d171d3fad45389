// A process of its own: core instances on bare workers, with no host. Prints a Report.
import { equal } from "node:assert/strict";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { coreModules, samplePlugin } from "../../component/plugin.ts";
import { measure, PLUGIN } from "./report.ts";

const workers = Array.from({ length: availableParallelism() }, () => {
  const worker = new Worker(new URL("./bare-thread.ts", import.meta.url), {
    workerData: coreModules(samplePlugin(PLUGIN)).map(
      (bytes) => new WebAssembly.Module(bytes as BufferSource),
    ),
  });
  const waiting: ((answer: unknown) => void)[] = [];
  worker.on("message", (answer) => waiting.shift()!(answer));
  return {
    end: () => worker.terminate(),
    ask: (index: number): Promise<unknown> =>
      new Promise((resolve) => {
        waiting.push(resolve);
        worker.postMessage(index);
      }),
  };
});
// The first message makes an instance, each further one calls into it.
const ask = async (index: number): Promise<void> => {
  equal(await workers[index % workers.length]!.ask(index), index);
};
console.log(JSON.stringify(await measure(ask, ask)));
for (const { end } of workers) await end();
