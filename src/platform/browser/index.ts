import { memoryKeyValue } from "../memory-key-value.ts";
import type { CacheStore } from "../cache-store.ts";
import { checkFunction, checkNames, checkOptions, type Known } from "../../options.ts";
import type { Platform } from "../platform.ts";
import type { ClipboardPower, UiPower } from "../ui.ts";
import { otherTasks } from "./guest-thread/other-tasks.ts";
import { pageThreads } from "./guest-thread/page-threads.ts";
import { pageTicker } from "./guest-thread/page-ticker.ts";
import { startWorker, type WorkerEntry } from "./guest-thread/start-worker.ts";
import { fetchHttp } from "./http.ts";
import { fetchSource } from "./source.ts";
import { pageClock, pageEntropy, pageSha256, pageTimers } from "./system.ts";

export { fetchHttp } from "./http.ts";
export { indexedDbCaches } from "./indexed-db-caches.ts";
export { indexedDbGrants, type IndexedDbGrantsOptions } from "./indexed-db-grants.ts";
export type { WorkerEntry } from "./guest-thread/start-worker.ts";
export { indexedDbStore, type IndexedDbStoreOptions } from "./indexed-db-store.ts";

/** Options of `browserPlatform`. */
export interface BrowserPlatformOptions {
  /** Shows plugins' messages and questions. Default: none; plugins find it unavailable. */
  readonly ui?: UiPower;
  /**
   * Keeps plugins' caches beyond the life of the page, as `indexedDbCaches` does. Default: caches
   * are kept in memory.
   */
  readonly cacheStore?: CacheStore;
  /** The system clipboard. Default: none; plugins find it unavailable. */
  readonly clipboard?: ClipboardPower;
  /**
   * Starts the workers that strangers' plugins run on, for a page whose bundler does not know
   * `new Worker(new URL(…, import.meta.url))`: `tenon/browser/guest-worker` and
   * `tenon/browser/ticker-worker` are the files, modules both. Default: the files beside this module.
   */
  readonly worker?: (entry: WorkerEntry) => Worker;
}

/**
 * Chromium reserves 8 GiB of addresses for each memory, out of 1 TiB. That is room for about 120
 * memories, including those of the threads and of instances that have ended and are not collected
 * yet.
 */
const MEMORIES = 96;

const OPTIONS: Known<BrowserPlatformOptions> = {
  ui: true,
  cacheStore: true,
  clipboard: true,
  worker: true,
};

/**
 * The powers of a page or a worker in a browser. Plugins' data is kept in memory until the platform
 * is disposed of; there is no workspace.
 *
 * Strangers' plugins run on workers. On a page that is cross-origin isolated the workers share
 * memory with it. On any other page each call of a host function suspends the guest (JSPI), and
 * guests count their steps. Where neither is possible, guests run on the caller's thread and count
 * their steps.
 */
export function browserPlatform(options: BrowserPlatformOptions = {}): Platform {
  checkOptions("what browserPlatform is given", options);
  checkNames("browserPlatform", options, OPTIONS);
  for (const name of ["ui", "cacheStore", "clipboard"] as const) {
    if (options[name] !== undefined) checkOptions(name, options[name]);
  }
  if (options.worker !== undefined) checkFunction("worker", options.worker);
  const keyValue = memoryKeyValue();
  const start = options.worker ?? startWorker;
  const works = typeof Worker === "function";
  const ticker = works && crossOriginIsolated ? pageTicker(start) : undefined;
  const suspends = "Suspending" in WebAssembly;
  let others: ReturnType<typeof otherTasks> | undefined;
  const letOthersRun = (): Promise<void> => (others ??= otherTasks())();
  return {
    name: "browser",
    threads:
      works && (ticker !== undefined || suspends) ? pageThreads({ start, ticker }) : undefined,
    memories: MEMORIES,
    ticker,
    clock: pageClock,
    timers: pageTimers,
    letOthersRun,
    entropy: pageEntropy,
    sha256: (bytes) => pageSha256(bytes, letOthersRun),
    read: fetchSource,
    packages: undefined,
    keyValue,
    cacheStore: options.cacheStore,
    derived: undefined,
    http: fetchHttp(),
    files: undefined,
    ui: options.ui,
    clipboard: options.clipboard,
    async [Symbol.asyncDispose]() {
      ticker?.[Symbol.dispose]();
      keyValue[Symbol.dispose]();
    },
  };
}
