import { createCache, memoryLevel, type Cache, type CacheCodec } from "../cache/index.ts";
import type { CacheStore } from "../platform/cache-store.ts";
import type { Clock } from "../platform/clock.ts";
import type { StorageWatch } from "../storage-watch.ts";
import type { Caller } from "./define.ts";

/** How a plugin's cache is made; see `cache.wit`. */
export interface CacheScope {
  /** In bytes. Each entry counts its `Cached.weight`. */
  readonly quotaBytes: number;
  /** Whether the cache outlives the process, where the platform can keep it. */
  readonly persistent: boolean;
}

/** One entry of a plugin's cache. */
export interface Cached {
  readonly value: Uint8Array;
  /** How many bytes it counts towards the quota. */
  readonly weight: number;
}

/** Made by HostParts (`host/parts.ts`). */
export interface PluginCachesPowers {
  readonly clock: Pick<Clock, "now">;
  readonly store: CacheStore | undefined;
  readonly watch: StorageWatch;
}

interface Kept extends CacheScope {
  readonly version: string;
  readonly owner: string;
  readonly cache: Cache<Cached>;
}

/** Bounds for each plugin's tags and dependencies. */
const GRAPH = { nodes: 50_000, edges: 200_000 };

/**
 * The caches of a host's plugins. Each plugin has one of its own, with its own limits and files, so
 * that no plugin affects another's.
 */
export class PluginCaches {
  readonly #powers: PluginCachesPowers;
  readonly #kept: Map<string, Kept> = new Map();

  constructor(powers: PluginCachesPowers) {
    this.#powers = powers;
  }

  /** Whether a cache may return promises. */
  get waits(): boolean {
    return this.#powers.store?.waits ?? false;
  }

  /**
   * The plugin's current cache. Another scope or another version means another cache; the previous
   * one's memory is dropped. Another maker's plugin never meets what is cached here.
   */
  of({ plugin, owner, version }: Caller, scope: CacheScope): Cache<Cached> {
    const kept = this.#kept.get(plugin);
    if (
      kept?.version === version &&
      kept.owner === owner &&
      kept.quotaBytes === scope.quotaBytes &&
      kept.persistent === scope.persistent
    ) {
      return kept.cache;
    }
    void kept?.cache.close();
    const cache = this.#make(owner, scope);
    this.#kept.set(plugin, { ...scope, version, owner, cache });
    return cache;
  }

  /**
   * Deletes everything that a plugin has cached, in memory and on disk. `owners`: what its data is
   * kept under, and what data of its name was kept under before.
   */
  async erase(plugin: string, owners: readonly string[]): Promise<void> {
    const kept = this.#kept.get(plugin);
    this.#kept.delete(plugin);
    await kept?.cache.close();
    for (const owner of owners) await this.#powers.store?.erase(owner);
  }

  /** Resolves when everything persistent has been written. */
  async close(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(({ cache }) => cache.close()));
  }

  #make(owner: string, { quotaBytes, persistent }: CacheScope): Cache<Cached> {
    const { clock, store, watch } = this.#powers;
    const memory = memoryLevel<Cached | undefined>({
      bytes: quotaBytes,
      sizeOf: (cached) => cached?.weight ?? 0,
    });
    const cache = createCache<Cached>({
      levels: persistent && store ? [memory, store.level(owner, quotaBytes)] : [memory],
      codec: weighed,
      clock,
      graph: GRAPH,
    });
    cache.on("level-off", ({ error }) => watch.failed(error));
    cache.on("level-on", () => watch.works());
    return cache;
  }
}

/** Puts the weight (four bytes) before the value. */
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
