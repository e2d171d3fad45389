import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Cache,
  type StoredEntry,
  bytesCodec,
  createCache,
  memoryLevel,
  packLevel,
  serialisedLevel,
} from "../../../src/cache/index.ts";
import { metadataOf } from "../../../src/cache/entry-options.ts";
import { nodePackFiles } from "../../../src/platform/node/pack-store.ts";
import { randomFrom } from "../../seeded-random.ts";
import type { BenchRow } from "../row.ts";
import {
  type CachePeer,
  type DiskPeer,
  lruCache,
  multiLevelPeers,
  rawLru,
  sqlite,
} from "./cache-peers.ts";
import { busy, busyAwaiting } from "./busy.ts";
import { hitRates } from "./cache-hit-rates.ts";
import { inTurns, own, rowOf, timed } from "./text-measure.ts";

const ENTRIES = 1_000;

const timers = {
  after(ms: number, callback: () => void): Disposable {
    const timer = setTimeout(callback, ms).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

export async function rows(): Promise<readonly BenchRow[]> {
  return [
    ...(await hits()),
    ...hitsWithTtl(),
    evictingSets(),
    await loadedHits(),
    await stampedes(),
    ...disk(),
    ...invalidations(),
    ...hitRates(),
  ];
}

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key:${i}`);
}

// Keys in no order, each a string that was used before.
function reads(count: number): string[] {
  const random = randomFrom(3);
  const keys = keysOf(ENTRIES);
  return Array.from({ length: count }, () => keys[Math.floor(random() * ENTRIES)]!);
}

// The loop is made anew for each contestant, so that none is slowed down by calls that serve the
// others too.
function loopOf<Target>(call: string): (target: Target, order: readonly string[]) => number {
  const body = `let found = 0;
    for (let i = 0; i < order.length; i++) if (${call} !== undefined) found++;
    return found;`;
  // oxlint-disable-next-line no-new-func
  return new Function("target", "order", body) as never;
}

function perRead(run: () => number, count: number): number {
  let found = 0;
  const taken = busy(() => {
    found = run();
  });
  if (found !== count) throw new Error(`${found} of ${count} found`);
  return (taken / count) * 1e6;
}

function filled(options: { ttl?: number } = {}): Cache<object> {
  const cache = createCache<object>({
    levels: [memoryLevel({ entries: ENTRIES }), serialisedLevel({ entries: ENTRIES })],
    defaults: options,
    timers,
  });
  for (const key of keysOf(ENTRIES)) cache.set(key, { key });
  return cache;
}

async function hits(): Promise<BenchRow[]> {
  const order = reads(200_000);
  const cache = filled();
  const lru = rawLru(ENTRIES);
  for (const key of keysOf(ENTRIES)) lru.set(key, { key });
  const [ourLoop, lruLoop] = [
    loopOf<typeof cache>("target.get(order[i])"),
    loopOf<typeof lru>("target.get(order[i])"),
  ];
  const sync = inTurns(15, {
    [own]: () => perRead(() => ourLoop(cache, order), order.length),
    "lru-cache": () => perRead(() => lruLoop(lru, order), order.length),
  });
  const few = order.slice(0, 20_000);
  const figures: Record<string, number> = { ...sync };
  for (const peer of multiLevelPeers(ENTRIES)) figures[peer.name] = await asynchronous(peer, few);
  return [
    rowOf("hit in level 1", "ns", figures, "lru-cache", 1 / 0.9),
    rowOf("hit in level 1, beside caches of several levels", "ns", figures, "bentocache", 1 / 50),
  ];
}

async function asynchronous(peer: CachePeer, order: readonly string[]): Promise<number> {
  for (const key of keysOf(ENTRIES)) await peer.set(key, { key });
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const taken = await busyAwaiting(async () => {
      for (const key of order) {
        if ((await peer.get(key)) === undefined) throw new Error(`${peer.name} lost ${key}`);
      }
    });
    times.push((taken / order.length) * 1e6);
  }
  return times.toSorted((a, b) => a - b)[2]!;
}

function hitsWithTtl(): BenchRow[] {
  const order = reads(200_000);
  const cache = filled({ ttl: 3_600_000 });
  const lru = rawLru(ENTRIES, 3_600_000);
  for (const key of keysOf(ENTRIES)) lru.set(key, { key });
  const [ourLoop, lruLoop] = [
    loopOf<typeof cache>("target.get(order[i])"),
    loopOf<typeof lru>("target.get(order[i])"),
  ];
  const figures = inTurns(15, {
    [own]: () => perRead(() => ourLoop(cache, order), order.length),
    "lru-cache": () => perRead(() => lruLoop(lru, order), order.length),
  });
  return [rowOf("hit in level 1 of an entry with a ttl", "ns", figures, "lru-cache")];
}

// Each set of another key than the thousand before it.
function evictingSets(): BenchRow {
  const keys = Array.from({ length: 10 * ENTRIES }, (_, i) => `key:${i}`);
  const cache = createCache<number>({ levels: [memoryLevel({ entries: ENTRIES })] });
  const lru = rawLru(ENTRIES);
  const taken = (set: (key: string, value: number) => void): number => {
    const act = (): void => {
      for (let i = 0; i < keys.length; i++) set(keys[i]!, i);
    };
    return (busy(act) / keys.length) * 1e6;
  };
  const figures = inTurns(15, {
    [own]: () => taken((key, value) => cache.set(key, value)),
    "lru-cache": () => taken((key, value) => lru.set(key, value)),
  });
  return rowOf("set that evicts, level 1 alone", "ns", figures, "lru-cache");
}

async function loadedHits(): Promise<BenchRow> {
  const order = reads(50_000);
  const cache = filled();
  const ours: CachePeer = {
    name: own,
    set: () => undefined,
    get: () => undefined,
    // A hit makes no promise; who awaits it makes one.
    getOrLoad: (key, load) => cache.getOrLoad(key, () => load(key) as Promise<object>),
  };
  const peers = [lruCache(ENTRIES), ...multiLevelPeers(ENTRIES)];
  for (const peer of peers) for (const key of keysOf(ENTRIES)) await peer.set(key, { key });
  const times: Record<string, number[]> = {};
  const load = (): Promise<unknown> => Promise.reject(new Error("a hit needn't load"));
  for (let round = 0; round < 9; round++) {
    for (const { name, getOrLoad } of [ours, ...peers]) {
      if (getOrLoad === undefined) continue;
      const taken = await busyAwaiting(async () => {
        for (const key of order) {
          if ((await getOrLoad(key, load)) === undefined) throw new Error(name);
        }
      });
      (times[name] ??= []).push((taken / order.length) * 1e6);
    }
  }
  const figures = Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, all.toSorted((a, b) => a - b)[4]!]),
  );
  return rowOf("get-or-load, a hit, awaited", "ns", figures, "best", 1);
}

async function stampedes(): Promise<BenchRow> {
  const figures: Record<string, number> = {};
  const cache = createCache<string>({ levels: [memoryLevel({ entries: 10 })] });
  const ours: CachePeer = {
    name: own,
    set: () => undefined,
    get: () => undefined,
    getOrLoad: (key, load) => cache.getOrLoad(key, () => load(key) as Promise<string>),
  };
  for (const { name, getOrLoad } of [ours, lruCache(10), ...multiLevelPeers(10)]) {
    if (getOrLoad === undefined) continue;
    let loads = 0;
    const load = async (): Promise<string> => {
      loads += 1;
      await new Promise((done) => setTimeout(done, 5));
      return "loaded";
    };
    const readers = Array.from({ length: 1_000 }, () => getOrLoad("hot", load));
    for (const value of await Promise.all(readers)) {
      if (value !== "loaded") throw new Error(`${name} answered with ${String(value)}`);
    }
    figures[name] = loads;
  }
  return rowOf("1,000 readers of one key at once", "loads", figures, "absolute", 1);
}

function disk(): BenchRow[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  const level = packLevel({ files: nodePackFiles(join(folder, "pack")) });
  const metadata = metadataOf({}, false, Date.now(), () => 0, "bench");
  const ours: DiskPeer = {
    name: own,
    put: (key, payload) => level.set(key, { payload, metadata }),
    get: (key) => (level.get(key) as StoredEntry).payload,
    close: () => level.close(),
  };
  const all = [
    ours,
    sqlite("better-sqlite3", join(folder, "better.db")),
    sqlite("node:sqlite", join(folder, "node.db")),
  ];
  try {
    return [...diskOf(all, "4 KiB", 4_096, 1_000), ...diskOf(all, "256 KiB", 262_144, 100)];
  } finally {
    for (const one of all) one.close();
    rmSync(folder, { recursive: true });
  }
}

// Puts write over what is there, as those of a cache in use do.
function diskOf(all: readonly DiskPeer[], label: string, size: number, count: number): BenchRow[] {
  const keys = Array.from({ length: count }, (_, i) => `${size}:${i}`);
  const payloads = Array.from({ length: 5 }, (_, seed) => {
    const random = randomFrom(seed);
    return Uint8Array.from({ length: size }, () => random() * 256);
  });
  const payload = (i: number, round: number): Uint8Array => payloads[(i + round) % 5]!;
  const round = new Map(all.map((one) => [one.name, 0]));
  const put = (one: DiskPeer): number => {
    const now = round.get(one.name)! + 1;
    round.set(one.name, now);
    const taken = timed(() => keys.forEach((key, i) => one.put(key, payload(i, now))));
    return (taken / count) * 1e3;
  };
  const get = (one: DiskPeer): number => {
    let last = new Uint8Array(0) as Uint8Array;
    const taken = timed(() => {
      for (const key of keys) last = one.get(key);
    });
    if (Buffer.compare(last, payload(count - 1, round.get(one.name)!)) !== 0) {
      throw new Error(`${one.name} gave something else back`);
    }
    return (taken / count) * 1e3;
  };
  const turns = (act: (one: DiskPeer) => number) =>
    inTurns(15, Object.fromEntries(all.map((one) => [one.name, () => act(one)])));
  for (const one of all) for (let i = 0; i < 3; i++) put(one);
  return [
    rowOf(`level 3, put of ${label}`, "µs", turns(put), "best", 0.6),
    rowOf(`level 3, get of ${label}`, "µs", turns(get), "best", 0.6),
  ];
}

// One key; 10,000 derived from it, 2,000 in each of five levels of depth.
function invalidations(): BenchRow[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  const run = (cache: Cache<Uint8Array>): number => {
    const value = new Uint8Array([1]);
    cache.set("k0", value);
    for (let i = 1; i <= 10_000; i++) {
      cache.set(`k${i}`, value, { dependsOn: [i <= 2_000 ? "k0" : `k${i - 2_000}`] });
    }
    cache.set("bystander", value);
    let count = 0;
    const taken = busy(() => {
      count = cache.invalidate("k0");
    });
    if (
      count !== 10_001 ||
      cache.get("k9999") !== undefined ||
      cache.get("bystander") === undefined
    ) {
      throw new Error("not what was to be invalidated");
    }
    return taken;
  };
  const levels = () =>
    [
      memoryLevel<Uint8Array | undefined>({ entries: 20_000 }),
      serialisedLevel({ entries: 20_000 }),
    ] as const;
  const codec = bytesCodec;
  const inMemory = createCache<Uint8Array>({ levels: levels(), codec });
  const files = nodePackFiles(join(folder, "pack"));
  const onDisk = createCache<Uint8Array>({ levels: [...levels(), packLevel({ files })], codec });
  const figures = inTurns(21, { [own]: () => run(inMemory), disk: () => run(onDisk) });
  rmSync(folder, { recursive: true });
  const bench = "invalidating one key with 10,000 derived from it";
  return [
    rowOf(bench, "ms", { [own]: figures[own]! }, "absolute", 5),
    rowOf(`${bench}, with a level on disk`, "ms", { [own]: figures["disk"]! }, "absolute", 5),
  ];
}
