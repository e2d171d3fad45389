import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { median } from "../component/measure.ts";

const LOOPS = `
const { parentPort } = require("node:worker_threads");
parentPort.postMessage("ready");
parentPort.once("message", () => { for (;;); });`;

/**
 * Microseconds, medians: until a thread that loops has ended, with all that ran on it, and until
 * another one is ready in its place.
 */
export async function termination(): Promise<{ readonly ended: number; readonly again: number }> {
  const ended: number[] = [];
  const again: number[] = [];
  let worker = await ready();
  for (let round = 0; round < 15; round++) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage("loop");
    await new Promise((resolve) => setTimeout(resolve, 5));
    const start = performance.now();
    await worker.terminate();
    ended.push((performance.now() - start) * 1e3);
    worker = await ready();
    again.push((performance.now() - start) * 1e3);
  }
  await worker.terminate();
  return { ended: median(ended), again: median(again) };
}

async function ready(): Promise<Worker> {
  const worker = new Worker(LOOPS, { eval: true });
  await once(worker, "message");
  return worker;
}
