import { describe, expect, it } from "vitest";
import {
  type ForeignChange,
  type PairStore,
  type StoreChange,
  type StoreLevel,
  type StoredPair,
  createCache,
  memoryLevel,
  storeLevel,
} from "../../src/cache/index.ts";
import { indexedDbStore } from "../../src/platform/browser/indexed-db-store.ts";
import { cacheLevelSuite } from "../conformance/cache-level.ts";
import { metadata } from "./world.ts";
import { settled } from "../manual-time.ts";

// What IndexedDB promises, in memory: several stores over the same pairs.
class MemoryPairs implements PairStore {
  readonly pairs: Map<string, StoredPair>;
  readonly others: Set<MemoryPairs>;
  readonly writes: (readonly StoreChange[])[] = [];
  failing = false;
  holding: Promise<void> | undefined;
  #tell: (change: ForeignChange) => void = () => undefined;

  constructor(beside?: MemoryPairs) {
    this.pairs = beside?.pairs ?? new Map();
    this.others = beside?.others ?? new Set();
    this.others.add(this);
  }

  async read(key: string): Promise<StoredPair | undefined> {
    await this.#ready();
    return this.pairs.get(key);
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.writes.push(changes);
    await this.#ready();
    for (const { key, pair } of changes) {
      if (pair === undefined) this.pairs.delete(key);
      else this.pairs.set(key, pair);
      this.#announce(
        pair === undefined ? { tag: "deleted", key } : { tag: "written", key, head: pair.head },
      );
    }
  }

  async clear(prefix: string): Promise<void> {
    await this.#ready();
    for (const key of this.pairs.keys()) if (key.startsWith(prefix)) this.pairs.delete(key);
    this.#announce({ tag: "cleared", prefix });
  }

  async heads(): Promise<readonly (readonly [string, Uint8Array])[]> {
    await this.#ready();
    return [...this.pairs].map(([key, { head }]) => [key, head] as const);
  }

  watch(tell: (change: ForeignChange) => void): void {
    this.#tell = tell;
  }

  close(): void {
    this.others.delete(this);
  }

  async #ready(): Promise<void> {
    await this.holding;
    if (this.failing) throw new Error("QuotaExceededError");
  }

  #announce(change: ForeignChange): void {
    for (const other of this.others) if (other !== this) other.#tell(change);
  }
}

const limits = { entries: 10_000, bytes: 50_000_000 };
const text = (payload: Uint8Array | undefined): string | undefined =>
  payload && new TextDecoder().decode(payload);
const entry = (payload: string) => ({
  payload: new TextEncoder().encode(payload),
  metadata: metadata(),
});

cacheLevelSuite("a store in memory", async () => {
  const store = new MemoryPairs();
  return {
    level: storeLevel({ store, ...limits }),
    reopen: async () => storeLevel({ store: new MemoryPairs(store), ...limits }),
  };
});

describe("a store level", () => {
  function open(more: { entries?: number; bytes?: number } = limits) {
    const store = new MemoryPairs();
    const told: string[] = [];
    const level = storeLevel({ store, ...more });
    level.connect({
      left: (key, reason) => told.push(`${key} ${reason}`),
      arrived: (key) => told.push(`${key} arrived`),
      alarm: () => undefined,
    });
    return { store, level, told };
  }

  it("writes together what comes while it writes, the newest of each key", async () => {
    const { store, level } = open();
    let go = (): void => undefined;
    store.holding = new Promise((resolve) => (go = resolve));
    const first = level.set("a", entry("1"));
    await settled();
    const later = [2, 3, 4].map((n) => level.set("a", entry(`${n}`)));
    later.push(level.set("b", entry("b")), level.delete("c"));
    await settled();
    expect(text((await level.get("a"))?.payload)).toBe("4");
    go();
    await Promise.all([first, ...later]);
    expect(store.writes.map((changes) => changes.map(({ key }) => key))).toEqual([
      ["a"],
      ["a", "b", "c"],
    ]);
    expect(text((await level.get("a"))?.payload)).toBe("4");
  });

  it("keeps what is set right after it was cleared, and nothing from before", async () => {
    const { level } = open();
    await level.set("p:a", entry("old"));
    const all = [
      level.set("p:b", entry("old")),
      level.clear("p:"),
      level.set("p:a", entry("new")),
      level.set("q", entry("new")),
    ];
    expect(text((await level.get("p:a"))?.payload)).toBe("new");
    await Promise.all(all);
    expect(text((await level.get("p:a"))?.payload)).toBe("new");
    expect(await level.get("p:b")).toBeUndefined();
    expect(text((await level.get("q"))?.payload)).toBe("new");
  });

  it("stays within its limits, and keeps what is read", async () => {
    const { store, level, told } = open({ entries: 10 });
    for (let i = 0; i < 30; i++) {
      await level.set(`k${i}`, entry("v"));
      await level.get("k0");
    }
    await level.flush();
    expect(store.pairs.size).toBe(10);
    expect(store.pairs.has("k0")).toBe(true);
    expect(level.size().entries).toBe(10);
    expect(told.filter((one) => one.endsWith("evicted"))).toHaveLength(20);
  });

  it("counts what earlier runs left", async () => {
    const { store, level } = open();
    for (let i = 0; i < 20; i++) await level.set(`k${i}`, entry("v"));
    const next = storeLevel({ store: new MemoryPairs(store), entries: 12 });
    await next.entries();
    await next.flush();
    expect(store.pairs.size).toBe(12);
  });

  it("doesn't serve what was altered, in the head or in the payload, and deletes it", async () => {
    const { store, level, told } = open();
    for (const part of ["head", "payload"] as const) {
      for (let bit = 0; bit < 64; bit += 7) {
        await level.set("a", entry("a payload"));
        const pair = store.pairs.get("a")!;
        const copy = { head: pair.head.slice(), payload: pair.payload.slice() };
        copy[part][(bit >> 3) % copy[part].byteLength]! ^= 1 << (bit & 7);
        store.pairs.set("a", copy);
        expect(await level.get("a")).toBeUndefined();
        await level.flush();
        expect(store.pairs.has("a")).toBe(false);
      }
    }
    expect(new Set(told)).toEqual(new Set(["a damaged"]));
    await level.set("b", entry("b"));
    store.pairs.set("c", store.pairs.get("b")!);
    expect(await level.get("c")).toBeUndefined();
    expect([...(await level.entries())].map(({ key }) => key)).toEqual(["b"]);
  });

  it("that fails is off, and the cache goes on", async () => {
    const { store, level } = open();
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 5 }), level] });
    const told: string[] = [];
    cache.on("level-off", ({ level: name }) => told.push(name));
    store.failing = true;
    cache.set("a", "v");
    expect(cache.get("a")).toBe("v");
    await cache.flush();
    expect(told).toEqual(["store"]);
    expect(await cache.getOrLoad("b", async () => "loaded")).toBe("loaded");
  });

  it("tells the caches of other pages, which drop their copies and what was derived", async () => {
    const one = new MemoryPairs();
    const two = new MemoryPairs(one);
    const make = (store: PairStore) =>
      createCache<string>({
        levels: [memoryLevel({ entries: 9 }), storeLevel({ store, ...limits })],
      });
    const [here, there] = [make(one), make(two)];
    here.set("source", "v1");
    here.set("derived", "from v1", { dependsOn: ["source"] });
    await here.flush();
    expect([await there.read("source"), await there.read("derived")]).toEqual(["v1", "from v1"]);
    here.set("source", "v2");
    await here.flush();
    expect(await there.read("source")).toBe("v2");
    there.invalidate("source");
    await there.flush();
    expect([here.get("source"), here.get("derived")]).toEqual([undefined, undefined]);
    here.set("a", "v");
    await here.flush();
    await there.read("a");
    here.clear();
    await here.flush();
    expect(there.get("a")).toBeUndefined();
  });

  it("from an earlier run knows what was derived from what, also before it has told", async () => {
    const { store, level } = open();
    const before = createCache<string>({ levels: [memoryLevel({ entries: 9 }), level] });
    before.set("derived", "v", { dependsOn: ["source"] });
    before.set("kept", "v", { tags: ["t"] });
    await before.flush();
    const next = storeLevel({ store: new MemoryPairs(store), ...limits });
    const after = createCache<string>({ levels: [memoryLevel({ entries: 9 }), next] });
    after.invalidate("source");
    await after.flush();
    expect(await after.read("derived")).toBeUndefined();
    expect(await after.read("kept")).toBe("v");
    expect(after.invalidateTags("t")).toBe(1);
  });

  it("needs a limit", () => {
    expect(() => storeLevel({ store: new MemoryPairs() })).toThrow(
      expect.objectContaining({ code: "cache-options" }),
    );
  });
});

// In a browser, where these tests run too.
if ("indexedDB" in globalThis) {
  let count = 0;
  const fresh = (): string => `tenon-test-${Date.now()}-${count++}`;
  const open = (name: string): StoreLevel => storeLevel({ store: indexedDbStore(name), ...limits });
  const remove = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });

  cacheLevelSuite("IndexedDB", async () => {
    const name = fresh();
    const level = open(name);
    return {
      level,
      reopen: async () => {
        await level.close();
        return open(name);
      },
      dispose: async () => {
        await level.close();
        await remove(name);
      },
    };
  });

  describe("IndexedDB", () => {
    it("that is deleted under it starts afresh", async () => {
      const name = fresh();
      const level = open(name);
      await level.set("a", entry("v"));
      await remove(name);
      expect(await level.get("a")).toBeUndefined();
      await level.set("a", entry("again"));
      expect(text((await level.get("a"))?.payload)).toBe("again");
      await level.close();
    });

    it("that can't be opened leaves the cache in memory", async () => {
      const factory = {
        open: () => {
          throw new DOMException("denied", "SecurityError");
        },
      };
      const store = indexedDbStore(fresh(), { indexedDB: factory as unknown as IDBFactory });
      const level = storeLevel({ store, ...limits });
      const cache = createCache<string>({ levels: [memoryLevel({ entries: 5 }), level] });
      cache.set("a", "v");
      await cache.flush();
      expect(await cache.read("a")).toBe("v");
      expect(cache.statistics().levels[1]).toMatchObject({ on: false });
    });

    it("tells another cache on the same database", async () => {
      const name = fresh();
      const make = () => createCache<string>({ levels: [memoryLevel({ entries: 9 }), open(name)] });
      const [here, there] = [make(), make()];
      here.set("a", "v1");
      await here.flush();
      expect(await there.read("a")).toBe("v1");
      here.set("a", "v2");
      await here.flush();
      for (let i = 0; i < 50 && (await there.read("a")) !== "v2"; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await there.read("a")).toBe("v2");
      await Promise.all([here.close(), there.close()]);
      await remove(name);
    });

    it("stores a part of a buffer without the rest", async () => {
      const name = fresh();
      const level = open(name);
      const payload = new Uint8Array(1_000_000).subarray(10, 20);
      await level.set("a", { payload, metadata: metadata() });
      const found = await level.get("a");
      expect(found?.payload.byteLength).toBe(10);
      expect(found?.payload.buffer.byteLength).toBe(10);
      await level.close();
      await remove(name);
    });
  });
}
