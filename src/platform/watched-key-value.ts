import { isThenable } from "../realms.ts";
import type { StorageWatch } from "../storage-watch.ts";
import type { KeyValueStore } from "./key-value.ts";

/**
 * The same store, whose failures are told to `watch`. Only a write shows that it works: a full disk
 * can still be read.
 */
export function watchedKeyValue(store: KeyValueStore, watch: StorageWatch): KeyValueStore {
  const failed = (error: unknown): never => {
    watch.failed(error);
    throw error;
  };
  const watched =
    (works: () => void) =>
    <Value>(operation: () => Value | Promise<Value>): Value | Promise<Value> => {
      const written = (value: Value): Value => {
        works();
        return value;
      };
      try {
        const value = operation();
        return isThenable(value)
          ? Promise.resolve(value).then(written, failed)
          : written(value as Value);
      } catch (error) {
        return failed(error);
      }
    };
  const reads = watched(() => {});
  const writes = watched(() => watch.works());
  return {
    name: store.name,
    waits: store.waits,
    durable: store.durable,
    space(owner) {
      const space = store.space(owner);
      return {
        openBucket: (...about) => reads(() => space.openBucket(...about)),
        get: (...about) => reads(() => space.get(...about)),
        write: (...about) => writes(() => space.write(...about)),
        delete: (...about) => reads(() => space.delete(...about)),
        keys: (...about) => reads(() => space.keys(...about)),
        usedBytes: () => reads(() => space.usedBytes()),
      };
    },
    erase: (owner) => writes(() => store.erase(owner)),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}
