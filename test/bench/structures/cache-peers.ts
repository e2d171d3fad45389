import { createRequire } from "node:module";

// The peers' own types are not asked for: they are installed only where benchmarks run.
const require = createRequire(new URL("../package.json", import.meta.url));

type Loads = (key: string) => Promise<unknown>;

/** A cache of somebody else's, level 1 in memory. */
export interface CachePeer {
  readonly name: string;
  set(key: string, value: unknown): unknown;
  get(key: string): unknown;
  /** Undefined: it has no way to load. */
  readonly getOrLoad?: (key: string, load: Loads) => unknown;
}

type New<Item, Argument> = new (argument: Argument) => Item;
interface Lru {
  set(key: string, value: unknown): void;
  get(key: string): unknown;
  fetch(key: string): Promise<unknown>;
}
type LruClass = New<Lru, { max: number; ttl?: number; fetchMethod?: Loads }>;
interface Plain {
  set(key: string, value: unknown): Promise<unknown>;
  get(key: string): Promise<unknown>;
  wrap(key: string, load: () => Promise<unknown>): Promise<unknown>;
  getOrSet(key: string, load: () => Promise<unknown>): Promise<unknown>;
}
interface Bento {
  set(options: { key: string; value: unknown }): Promise<unknown>;
  get(options: { key: string }): Promise<unknown>;
  getOrSet(options: { key: string; factory: () => Promise<unknown> }): Promise<unknown>;
}

const { LRUCache } = require("lru-cache") as { LRUCache: LruClass };

export function lruCache(max: number, ttl?: number): CachePeer {
  let load: Loads = async () => undefined;
  const fetchMethod: Loads = (key) => load(key);
  const lru = new LRUCache({ max, fetchMethod, ...(ttl === undefined ? {} : { ttl }) });
  return {
    name: "lru-cache",
    set: (key, value) => lru.set(key, value),
    get: (key) => lru.get(key),
    getOrLoad: (key, by) => {
      load = by;
      return lru.fetch(key);
    },
  };
}

/** The object itself, so that nothing of ours stands between the loop and it. */
export function rawLru(max: number, ttl?: number): Lru {
  return new LRUCache({ max, ...(ttl === undefined ? {} : { ttl }) });
}

export function multiLevelPeers(max: number): CachePeer[] {
  const { Keyv } = require("keyv") as { Keyv: new () => Plain };
  const { createCache } = require("cache-manager") as { createCache(): Plain };
  const { Cacheable } = require("cacheable") as { Cacheable: new () => Plain };
  const bentocache = require("bentocache") as {
    BentoCache: New<Bento, unknown>;
    bentostore(): { useL1Layer(driver: unknown): unknown };
  };
  const { memoryDriver } = require("bentocache/drivers/memory") as {
    memoryDriver(options: unknown): unknown;
  };
  const keyv = new Keyv();
  const manager = createCache();
  const cacheable = new Cacheable();
  const driver = memoryDriver({ maxItems: max, serialize: false });
  const stores = { memory: bentocache.bentostore().useL1Layer(driver) };
  const bento = new bentocache.BentoCache({ default: "memory", stores });
  return [
    {
      name: "cache-manager",
      set: (key, value) => manager.set(key, value),
      get: (key) => manager.get(key),
      getOrLoad: (key, load) => manager.wrap(key, () => load(key)),
    },
    { name: "keyv", set: (key, value) => keyv.set(key, value), get: (key) => keyv.get(key) },
    {
      name: "cacheable",
      set: (key, value) => cacheable.set(key, value),
      get: (key) => cacheable.get(key),
      getOrLoad: (key, load) => cacheable.getOrSet(key, () => load(key)),
    },
    {
      name: "bentocache",
      set: (key, value) => bento.set({ key, value }),
      get: (key) => bento.get({ key }),
      getOrLoad: (key, load) => bento.getOrSet({ key, factory: () => load(key) }),
    },
  ];
}

/** A store on disk: put and get of bytes, durable against a crash of the process. */
export interface DiskPeer {
  readonly name: string;
  put(key: string, bytes: Uint8Array): void;
  get(key: string): Uint8Array;
  close(): void;
}

interface Statement {
  run(...values: unknown[]): unknown;
  get(key: string): unknown;
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export function sqlite(name: "better-sqlite3" | "node:sqlite", file: string): DiskPeer {
  const found = require(name) as unknown;
  const Class =
    name === "node:sqlite"
      ? (found as { DatabaseSync: New<Database, string> }).DatabaseSync
      : (found as New<Database, string>);
  const database = new Class(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  database.exec("CREATE TABLE cache (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID");
  const put = database.prepare("INSERT OR REPLACE INTO cache VALUES (?, ?)");
  const get = database.prepare("SELECT value FROM cache WHERE key = ?");
  return {
    name,
    put: (key, bytes) => void put.run(key, bytes),
    get: (key) => (get.get(key) as { value: Uint8Array }).value,
    close: () => database.close(),
  };
}

export interface Resource {
  readonly value: object;
}

interface GenericPool {
  acquire(): Promise<object>;
  release(item: object): Promise<void>;
}
interface Tarn {
  acquire(): { promise: Promise<object> };
  release(item: object): void;
  destroy(): Promise<void>;
}

/** `create` makes an item, `reset` is called with it before it is returned. */
export function poolPeers(create: () => object): {
  name: string;
  acquire(): Promise<object>;
  release(item: object): unknown;
  close(): unknown;
}[] {
  const generic = require("generic-pool") as {
    createPool(factory: unknown, options: unknown): GenericPool;
  };
  const { Pool } = require("tarn") as { Pool: New<Tarn, unknown> };
  const one = generic.createPool(
    { create: async () => create(), destroy: async () => undefined },
    { max: 10, min: 0 },
  );
  const two = new Pool({ create: async () => create(), destroy: () => undefined, min: 0, max: 10 });
  return [
    {
      name: "generic-pool",
      acquire: () => one.acquire(),
      release: (item) => one.release(item),
      close: () => undefined,
    },
    {
      name: "tarn",
      acquire: () => two.acquire().promise,
      release: (item) => two.release(item),
      close: () => two.destroy(),
    },
  ];
}
