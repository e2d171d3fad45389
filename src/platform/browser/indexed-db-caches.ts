import { storeLevel } from "../../cache/index.ts";
import type { CacheStore } from "../cache-store.ts";
import { indexedDbStore, type IndexedDbStoreOptions } from "./indexed-db-store.ts";

/**
 * Keeps the cache of each owner in an IndexedDB database of its own. The databases' names start
 * with `name`.
 */
export function indexedDbCaches(name: string, options: IndexedDbStoreOptions = {}): CacheStore {
  const storeOf = (owner: string): ReturnType<typeof indexedDbStore> =>
    indexedDbStore(`${name}:${owner}`, options);
  return {
    waits: true,
    level: (owner, bytes) => storeLevel({ store: storeOf(owner), bytes: Math.max(bytes, 1 << 20) }),
    async erase(owner) {
      const store = storeOf(owner);
      try {
        await store.clear("");
      } finally {
        store.close();
      }
    },
  };
}
