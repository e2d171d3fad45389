import type { Engine } from "../../component/engine.ts";
import { componentEngine } from "../../component/tenon-engine.ts";
import { memoryKeyValue } from "../memory-key-value.ts";
import type { CacheStore } from "../cache-store.ts";
import type { Platform } from "../platform.ts";
import type { ClipboardPower, UiPower } from "../ui.ts";
import { fetchHttp } from "./http.ts";
import { fetchSource } from "./source.ts";
import { pageClock, pageEntropy, pageSha256, pageTimers } from "./system.ts";

export { indexedDbCaches } from "./indexed-db-caches.ts";
export { indexedDbStore, type IndexedDbStoreOptions } from "./indexed-db-store.ts";

export interface BrowserPlatformOptions {
  /// What plugins' messages and questions go to. Default: none, plugins find it unavailable.
  readonly ui?: UiPower;
  /// Where what plugins cache outlives the page, as `indexedDbCaches` keeps it. Default: in memory.
  readonly cacheStore?: CacheStore;
  /// Default: none.
  readonly clipboard?: ClipboardPower;
}

/// The powers of a page or a worker in a browser. Plugins' data is kept in memory until the platform
/// is disposed of; there is no workspace.
export function browserPlatform(options: BrowserPlatformOptions = {}): Platform {
  const keyValue = memoryKeyValue();
  let engine: Engine | undefined;
  return {
    name: "browser",
    engine: async () => (engine ??= componentEngine()),
    threads: undefined,
    ticker: undefined,
    clock: pageClock,
    timers: pageTimers,
    entropy: pageEntropy,
    sha256: pageSha256,
    read: fetchSource,
    keyValue,
    cacheStore: options.cacheStore,
    derived: undefined,
    http: fetchHttp(),
    files: undefined,
    ui: options.ui,
    clipboard: options.clipboard,
    [Symbol.asyncDispose]: async () => keyValue[Symbol.dispose](),
  };
}
