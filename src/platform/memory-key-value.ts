import {
  entryCost,
  storageClosed,
  type KeyRange,
  type KeyValueSpace,
  type KeyValueStore,
  type StoredEntry,
  type WriteOutcome,
  type WriteRule,
} from "./key-value.ts";
import { compareUtf8, utf8Encoder } from "../utf8.ts";

/** A store that keeps everything in memory until it is disposed of. */
export function memoryKeyValue(): KeyValueStore {
  let spaces: Map<string, MemorySpace> | undefined = new Map();
  const live = (): Map<string, MemorySpace> => {
    if (spaces === undefined) throw storageClosed();
    return spaces;
  };
  return {
    name: "memory",
    waits: false,
    durable: false,
    space: (owner) => {
      const lookup = (): MemorySpace => {
        const space = live().get(owner) ?? new MemorySpace();
        live().set(owner, space);
        return space;
      };
      return {
        openBucket: (bucket, limit) => lookup().openBucket(bucket, limit),
        get: (bucket, key) => lookup().get(bucket, key),
        write: (bucket, key, value, rule) => lookup().write(bucket, key, value, rule),
        delete: (bucket, key) => lookup().delete(bucket, key),
        keys: (bucket, range) => lookup().keys(bucket, range),
        usedBytes: () => lookup().usedBytes(),
      };
    },
    erase: (owner) => void live().delete(owner),
    [Symbol.dispose]: () => {
      spaces = undefined;
    },
  };
}

class Bucket {
  readonly entries: Map<string, StoredEntry> = new Map();
  revision = 0n;
}

class MemorySpace implements KeyValueSpace {
  readonly #buckets: Map<string, Bucket> = new Map();
  #used = 0;

  openBucket(name: string, limit: number): boolean {
    if (this.#buckets.has(name)) return true;
    if (this.#buckets.size >= limit) return false;
    this.#buckets.set(name, new Bucket());
    return true;
  }

  get(bucket: string, key: string): StoredEntry | undefined {
    const entry = this.#buckets.get(bucket)?.entries.get(key);
    return entry && { value: entry.value.slice(), revision: entry.revision };
  }

  write(name: string, key: string, value: Uint8Array, rule: WriteRule): WriteOutcome {
    const bucket = this.#buckets.get(name) ?? new Bucket();
    const old = bucket.entries.get(key);
    if (rule.when !== "any" && rule.when !== (old?.revision ?? "absent")) {
      return { tag: "conflict" };
    }
    const keyBytes = utf8Encoder.encode(key).byteLength;
    const freed = old === undefined ? 0 : entryCost(keyBytes, old.value.byteLength);
    const used = this.#used - freed + entryCost(keyBytes, value.byteLength);
    if (used > rule.quotaBytes) return { tag: "over-quota" };
    this.#buckets.set(name, bucket);
    bucket.revision++;
    bucket.entries.set(key, { value: value.slice(), revision: bucket.revision });
    this.#used = used;
    return { tag: "written", revision: bucket.revision };
  }

  delete(bucket: string, key: string): boolean {
    const entries = this.#buckets.get(bucket)?.entries;
    const old = entries?.get(key);
    if (entries === undefined || old === undefined) return false;
    entries.delete(key);
    this.#used -= entryCost(utf8Encoder.encode(key).byteLength, old.value.byteLength);
    return true;
  }

  /** Sorts on every call, which is fast enough for what fits in memory and in a plugin's quota. */
  keys(bucket: string, { prefix, after, limit }: KeyRange): readonly string[] {
    const keys = [...(this.#buckets.get(bucket)?.entries.keys() ?? [])];
    return keys
      .filter(
        (key) => key.startsWith(prefix) && (after === undefined || compareUtf8(after, key) < 0),
      )
      .sort(compareUtf8)
      .slice(0, limit);
  }

  usedBytes(): number {
    return this.#used;
  }
}
