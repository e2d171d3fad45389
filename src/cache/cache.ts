import { TenonError } from "../errors.ts";
import type { EntryOptions } from "./entry-options.ts";
import { SEPARATOR } from "./namespace-fronts.ts";
import type { CacheEventType, CacheListener } from "./events.ts";
import type { LoadOptions, Loader } from "./flight.ts";
import { Front } from "./front.ts";
import type { SourceKind } from "./dependencies/graph-node.ts";
import { isPromise } from "./promises.ts";
import { checkKey, checkPrefix } from "./key.ts";
import type { EntryMetadata } from "./levels/level.ts";
import { Loading } from "./loading.ts";
import { MemoryLevel } from "./levels/memory-level.ts";
import { checkNamespace, type NamespaceOptions, type Parts } from "./namespace.ts";
import { Quota } from "./quota.ts";
import { type Slot, isFreshSlot } from "./sieve.ts";
import { type CacheStatistics, firstLevel } from "./statistics.ts";

/**
 * A cache of several levels, or a namespace of one. Reads ask the levels from the first to the
 * last, and what they find goes up to the levels above; writes go to all. Where levels answer
 * synchronously no promise is made. `undefined` means everywhere that there is no value.
 */
export class Cache<Value> implements AsyncDisposable {
  readonly #memory: MemoryLevel<Value | undefined>;
  readonly #front: Front<Value>;
  readonly #loading: Loading<Value>;
  readonly #parts: Parts<Value>;
  readonly #namespaces = new Map<string, Cache<Value>>();
  #hits = 0;
  #closed = false;

  /** For `createCache`. */
  constructor(parts: Parts<Value>) {
    const { prefix, memory, backing, quota, random, defaults } = parts;
    this.#parts = parts;
    this.#memory = memory;
    const doom = (key: string): void => this.#loading.doom(key);
    this.#front = new Front(prefix, memory, backing, quota, random, doom);
    this.#loading = new Loading(this.#front, defaults);
  }

  /**
   * The value, where a level that answers synchronously has it, fresh or within
   * `staleWhileRevalidate`.
   */
  get(key: string): Value | undefined {
    const slot = this.#memory.get(key);
    if (slot !== undefined && (slot.freshUntil === Infinity || this.#isFresh(slot))) {
      this.#hits += 1;
      return slot.payload;
    }
    const known = this.#front.recall(key, slot);
    if (known !== undefined && known.freshness !== "grace") return this.#hit(known.value);
    this.#miss();
    const found = this.#front.findAtOnce(key);
    return found?.freshness === "grace" ? undefined : found?.value;
  }

  /** The same from all levels; a promise only where one has to be waited for. */
  read(key: string): Value | undefined | Promise<Value | undefined> {
    const slot = this.#memory.get(key);
    if (slot !== undefined && (slot.freshUntil === Infinity || this.#isFresh(slot))) {
      this.#hits += 1;
      return slot.payload;
    }
    const known = this.#front.recall(key, slot);
    if (known !== undefined && known.freshness !== "grace") return this.#hit(known.value);
    this.#miss();
    const found = this.#front.find(key);
    if (!isPromise(found)) return found?.freshness === "grace" ? undefined : found?.value;
    return found.then((late) => (late?.freshness === "grace" ? undefined : late?.value));
  }

  /**
   * The value. It is loaded if no level has it: once, for all who ask while it is being loaded.
   * Rejects with the loader's error where no old value can be served, or throws it where `loader`
   * throws synchronously.
   */
  getOrLoad(
    key: string,
    loader: Loader<Value>,
    options?: LoadOptions,
  ): Value | undefined | Promise<Value | undefined> {
    const slot = this.#memory.get(key);
    if (slot !== undefined && (slot.freshUntil === Infinity || this.#isFresh(slot))) {
      this.#hits += 1;
      return slot.payload;
    }
    this.#checkOpen();
    return this.#loading.getOrLoad(key, slot, loader, options);
  }

  /**
   * Writes to all levels. Levels that answer synchronously have the value on return, the others
   * when `flush` resolves. Entries derived from the old value stay: call `invalidate` first if they
   * must not. Undefined is kept for `negativeTtl`.
   */
  set(key: string, value: Value | undefined, options?: EntryOptions): void {
    this.#checkOpen();
    this.#loading.doom(key);
    this.#front.keep(key, value, this.#loading.withDefaults(options), () => false);
  }

  /** Removes the entry from all levels; entries derived from it stay. */
  delete(key: string): void {
    this.#checkOpen();
    this.#loading.doom(key);
    this.#parts.backing.remove(this.#parts.prefix + key);
  }

  /**
   * Takes the entries and everything derived from them, directly or not, out of all levels. Returns
   * the number of keys; keys that no level has count.
   */
  invalidate(...keys: string[]): number {
    return this.#invalidate("key", keys);
  }

  /**
   * Invalidates every entry with one of the tags, and what was derived from them. Returns how many.
   */
  invalidateTags(...tags: string[]): number {
    return this.#invalidate("tag", tags);
  }

  /** Tells that an event happened: invalidates the entries that named it. */
  announce(...events: string[]): number {
    return this.#invalidate("event", events);
  }

  /**
   * Invalidates the entries for which `which` returns true, in all levels that know their entries.
   */
  async invalidateWhere(which: (key: string, metadata: EntryMetadata) => boolean): Promise<number> {
    this.#checkOpen();
    const { prefix, backing } = this.#parts;
    const keys = new Set<string>();
    for (const { key, metadata } of this.#memory.entries()) if (which(key, metadata)) keys.add(key);
    for (const [full, { metadata }] of await backing.known(prefix)) {
      const key = full.slice(prefix.length);
      if (!key.includes(SEPARATOR) && which(key, metadata)) keys.add(key);
    }
    return this.#invalidate("key", [...keys]);
  }

  /** Forgets everything in it and in its namespaces. */
  clear(): void {
    this.#checkOpen();
    this.#clearFronts();
    this.#parts.backing.clear(this.#parts.prefix);
  }

  /**
   * A cache with a level 1 of its own over the same lower levels. It can neither see nor invalidate
   * entries outside of it. The same name returns the same namespace, with the options of the first
   * call.
   */
  namespace(name: string, options: NamespaceOptions<Value>): Cache<Value> {
    this.#checkOpen();
    checkKey(name);
    checkNamespace(options);
    checkPrefix(this.#parts.prefix + name);
    let inner = this.#namespaces.get(name);
    if (inner === undefined) {
      const parts: Parts<Value> = {
        ...this.#parts,
        prefix: this.#parts.prefix + name + SEPARATOR,
        memory: new MemoryLevel(options.memory),
        quota: new Quota(options.quota),
        defaults: options.defaults ?? this.#parts.defaults,
      };
      inner = new Cache(parts);
      this.#namespaces.set(name, inner);
      if (parts.quota.isLimited) void inner.#countEarlier();
    }
    return inner;
  }

  /** Listens to events of one type. Returns a function that ends that. */
  on<Type extends CacheEventType>(type: Type, listener: CacheListener<Type>): () => void {
    return this.#parts.backing.options.announcer.on(type, listener);
  }

  /** Level 1 and the loads belong to this namespace; the other levels are shared. */
  statistics(): CacheStatistics {
    const { backing } = this.#parts;
    const { misses, writes, deletes, evictions } = this.#front;
    const counts = { hits: this.#hits, misses, writes, deletes, evictions };
    return {
      levels: [
        firstLevel(this.#memory.name, this.#memory.size(), counts),
        ...backing.levels.map((level) => level.statistics()),
      ],
      ...this.#loading.statistics(),
      invalidated: backing.invalidated,
      graph: { nodes: backing.graph.nodes, edges: backing.graph.edges },
    };
  }

  /** Has the levels look for what other users of them wrote. */
  refresh(): void {
    for (const level of this.#parts.backing.levels) level.refresh();
  }

  /** Resolves when all levels have what was written and know what was deleted, or are off. */
  flush(): Promise<void> {
    return this.#parts.backing.flush();
  }

  /** Flushes and closes the levels. A namespace only forgets its level 1. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#close();
    if (this.#parts.prefix === "") await this.#parts.backing.close();
  }

  /** Does what `close` does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#closed;
  }

  #invalidate(kind: SourceKind, names: readonly string[]): number {
    this.#checkOpen();
    const { prefix, backing } = this.#parts;
    return backing.invalidate(names.map((name) => ({ kind, id: prefix + name }))).length;
  }

  #isFresh(slot: Slot<unknown>): boolean {
    return isFreshSlot(slot, this.#front.now());
  }

  #hit(value: Value | undefined): Value | undefined {
    this.#hits += 1;
    return value;
  }

  #miss(): void {
    this.#checkOpen();
    this.#front.misses += 1;
  }

  #clearFronts(): void {
    this.#loading.doomAll();
    this.#front.clear();
    for (const inner of this.#namespaces.values()) inner.#clearFronts();
  }

  #close(): void {
    this.#closed = true;
    this.#loading.doomAll();
    this.#front.clear();
    for (const inner of this.#namespaces.values()) inner.#close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new TenonError("cache-closed", "the cache is closed: make a new one");
  }

  /** Counts what earlier runs left against the quota. */
  async #countEarlier(): Promise<void> {
    const { prefix, backing, quota } = this.#parts;
    for (const [full, { size }] of await backing.known(prefix)) {
      for (const old of quota.add(full.slice(prefix.length), size)) backing.remove(prefix + old);
    }
  }
}
