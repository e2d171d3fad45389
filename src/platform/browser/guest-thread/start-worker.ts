/** Which worker: the one for guests, or the ticker's. */
export type WorkerEntry = "guest" | "ticker";

/**
 * Starts the worker of an entry file. Bundlers recognise a worker by this form of call, so both
 * calls are written out. A bundler that does not recognise it is given the entries as inputs of
 * their own (`tenon/browser/guest-worker` and `tenon/browser/ticker-worker`), and puts them beside
 * what it makes of this module.
 */
export function startWorker(entry: WorkerEntry): Worker {
  return entry === "guest"
    ? new Worker(new URL("./guest-worker.js", import.meta.url), { type: "module" })
    : new Worker(new URL("./ticker-worker.js", import.meta.url), { type: "module" });
}
