import { createCache, memoryLevel, type Cache, type CacheCodec } from "../cache/index.ts";
import type { CacheStore } from "../platform/cache-store.ts";
import type { Clock } from "../platform/clock.ts";
import type { Caller } from "./define.ts";

/** How a plugin's cache is made; see `cache.wit`. */
export interface CacheScope {
  /** Each entry counts as `Cached.weight` says. */
  readonly quotaBytes: number;
  /** Whether it outlives the process, where the platform can keep it. */
  readonly persistent: boolean;
}

/** What a plugin cached. */
export interface Cached {
  readonly value: Uint8Array;
  /** Bytes that it counts towards the quota. */
  readonly weight: number;
}

export interface PluginCachesPowers {
  readonly clock: Pick<Clock, "now">;
  readonly store: CacheStore | undefined;
}

interface Kept extends CacheScope {
  readonly version: string;
  readonly cache: Cache<Cached>;
}

/** A plugin's tags and dependencies are bounded apart from everybody else's. */
const GRAPH = { nodes: 50_000, edges: 200_000 };

/**
 * The caches of a host's plugins: each has one of its own, with its own limits and its own files,
 * so that nothing that one does is felt by another.
 */
export class PluginCaches {
  readonly #powers: PluginCachesPowers;
  readonly #kept: Map<string, Kept> = new Map();

  constructor(powers: PluginCachesPowers) {
    this.#powers = powers;
  }

  /** Whether a cache may answer with promises. */
  get waits(): boolean {
    return this.#powers.store?.waits ?? false;
  }

  /**
   * The cache that a plugin has now. Another scope or another version is another cache; what was in
   * memory of the one before is dropped.
   */
  of({ plugin, version }: Caller, scope: CacheScope): Cache<Cached> {
    const kept = this.#kept.get(plugin);
    if (
      kept?.version === version &&
      kept.quotaBytes === scope.quotaBytes &&
      kept.persistent === scope.persistent
    ) {
      return kept.cache;
    }
    void kept?.cache.close();
    const cache = this.#make(plugin, scope);
    this.#kept.set(plugin, { ...scope, version, cache });
    return cache;
  }

  /** Deletes everything that a plugin has cached, here and where it lasts. */
  async erase(plugin: string): Promise<void> {
    const kept = this.#kept.get(plugin);
    this.#kept.delete(plugin);
    await kept?.cache.close();
    await this.#powers.store?.erase(plugin);
  }

  /** Resolves when what is to last does. */
  async close(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(({ cache }) => cache.close()));
  }

  #make(plugin: string, { quotaBytes, persistent }: CacheScope): Cache<Cached> {
    const { clock, store } = this.#powers;
    const memory = memoryLevel<Cached | undefined>({
      bytes: quotaBytes,
      sizeOf: (cached) => cached?.weight ?? 0,
    });
    return createCache<Cached>({
      levels: persistent && store ? [memory, store.level(plugin, quotaBytes)] : [memory],
      codec: weighed,
      clock,
      graph: GRAPH,
    });
  }
}

/** The weight (four bytes) before the value. */
const weighed: CacheCodec<Cached> = {
  encode({ value, weight }) {
    const bytes = new Uint8Array(4 + value.byteLength);
    new DataView(bytes.buffer).setUint32(0, weight);
    bytes.set(value, 4);
    return bytes;
  },
  decode(bytes) {
    const { buffer, byteOffset, byteLength } = bytes;
    const weight = new DataView(buffer, byteOffset, byteLength).getUint32(0);
    return { value: bytes.subarray(4), weight };
  },
};
