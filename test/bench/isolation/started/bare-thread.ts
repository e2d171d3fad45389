import { parentPort, workerData } from "node:worker_threads";
import { instantiateBare } from "../../component/plugin.ts";

const modules = workerData as readonly WebAssembly.Module[];
const instances = new Map<number, WebAssembly.Exports>();

// Allocates and frees what the input takes, as a call does.
parentPort!.on("message", (index: number) => {
  let exports = instances.get(index);
  if (exports === undefined) instances.set(index, (exports = instantiateBare(modules)));
  else {
    const allocate = exports["cabi_realloc"] as (...args: readonly number[]) => number;
    const at = allocate(0, 0, 1, 64);
    new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer, at, 64).fill(1);
    allocate(at, 64, 1, 0);
  }
  parentPort!.postMessage(index);
});
