import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  type CacheOptions,
  coarseClock,
  createCache,
  memoryLevel,
  serialisedLevel,
} from "../../src/cache/index.ts";
import { RemoteLevel, metadata } from "./world.ts";
import { ManualTime, settled } from "../manual-time.ts";
import { randomFrom } from "../seeded-random.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function inMemory(options: Partial<CacheOptions<string>> = {}) {
  const time = new ManualTime();
  const cache = createCache<string>({
    levels: [memoryLevel({ entries: 10 }), serialisedLevel({ entries: 100 })],
    clock: time,
    timers: time,
    ...options,
  });
  return { cache, time };
}

describe("a loader", () => {
  it("may take what it is given out of its context, as the README's does", async () => {
    const { cache } = inMemory();
    const loaded = await cache.getOrLoad("/a", async ({ keep, signal, key }) => {
      keep({ dependsOn: ["author:7"], tags: ["page"] });
      return `${key} ${signal.aborted}`;
    });
    expect(loaded).toBe("/a false");
    cache.invalidate("author:7");
    expect(cache.get("/a")).toBeUndefined();
  });
});

describe("a hit", () => {
  it("answers at once, with no promise", () => {
    const { cache } = inMemory();
    cache.set("a", "one");
    expect(cache.get("a")).toBe("one");
    expect(cache.read("a")).toBe("one");
    expect(cache.getOrLoad("a", () => Promise.reject(new Error("not asked")))).toBe("one");
  });

  it("in level 1 gives the very same value, in level 2 an equal one", () => {
    const cache = createCache<{ n: number }>({
      levels: [memoryLevel({ entries: 1 }), serialisedLevel({ entries: 10 })],
    });
    const value = { n: 1 };
    cache.set("a", value);
    expect(cache.get("a")).toBe(value);
    cache.set("b", { n: 2 });
    expect(cache.get("a")).toEqual(value);
    expect(cache.get("a")).not.toBe(value);
  });

  it("in a lower level is taken up to those above", async () => {
    const remote = new RemoteLevel();
    const cache = createCache<string>({
      levels: [memoryLevel({ entries: 2 }), serialisedLevel({ entries: 4 }), remote],
    });
    for (let i = 0; i < 10; i++) cache.set(`k${i}`, `v${i}`);
    await cache.flush();
    expect(await cache.read("k0")).toBe("v0");
    expect(cache.get("k0")).toBe("v0");
    const [first, second, third] = cache.statistics().levels;
    expect([first!.hits, second!.hits, third!.hits]).toEqual([1, 0, 1]);
    expect(third!.promotions).toBe(1);
    expect(second!.evictions).toBeGreaterThan(0);
  });

  it("isn't given for names that every object has", () => {
    const { cache } = inMemory();
    for (const key of ["constructor", "__proto__", "then", "toString"]) {
      expect(cache.get(key)).toBeUndefined();
      cache.set(key, key);
      expect(cache.get(key)).toBe(key);
    }
  });
});

describe("writing", () => {
  it("reaches all levels", async () => {
    const remote = new RemoteLevel();
    const cache = createCache<string>({
      levels: [memoryLevel({ entries: 2 }), serialisedLevel({ entries: 4 }), remote],
    });
    cache.set("a", "one");
    await cache.flush();
    expect(remote.held.has("a")).toBe(true);
    cache.delete("a");
    await cache.flush();
    expect(remote.held.has("a")).toBe(false);
    expect(await cache.read("a")).toBeUndefined();
  });

  it("to a slow level happens in order, and its own reads see it", async () => {
    const remote = new RemoteLevel();
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 1 }), remote] });
    remote.holding = true;
    for (let i = 0; i < 20; i++) cache.set("a", `v${i}`);
    cache.set("b", "pushes a out of level 1");
    expect(await cache.read("a")).toBe("v19");
    cache.delete("a");
    expect(await cache.read("a")).toBeUndefined();
    cache.set("a", "last");
    await remote.release();
    await cache.flush();
    expect(remote.calls.filter((call) => call === "set a")).toHaveLength(2);
    expect(new TextDecoder().decode(remote.held.get("a")!.payload)).toContain("last");
  });

  it("refuses keys that a level couldn't keep apart", () => {
    const { cache } = inMemory();
    for (const key of ["", "a\0b", "\ud800", "x".repeat(1025)]) {
      expect(() => cache.set(key, "v")).toThrow(expect.objectContaining({ code: "cache-key" }));
      expect(() => cache.getOrLoad(key, () => "v")).toThrow(
        expect.objectContaining({ code: "cache-key" }),
      );
      expect(() => cache.set("a", "v", { tags: [key] })).toThrow(
        expect.objectContaining({ code: "cache-key" }),
      );
    }
  });

  it("keeps what can't be serialised in level 1, and says so", () => {
    const cache = createCache<unknown>({
      levels: [memoryLevel({ entries: 2 }), serialisedLevel({ entries: 9 })],
    });
    const told: string[] = [];
    cache.on("unstored", ({ key, why }) => told.push(`${key} ${why}`));
    const call = (): number => 1;
    cache.set("f", "before");
    cache.set("f", call);
    expect(cache.get("f")).toBe(call);
    expect(told).toEqual(["f codec"]);
    cache.set("x", 1);
    cache.set("y", 2);
    cache.set("z", 3);
    expect(cache.get("f")).toBeUndefined();
  });

  it("counts bytes in level 1 by what the value serialises to", () => {
    const cache = createCache<string>({
      levels: [memoryLevel({ bytes: 1000 }), serialisedLevel({ bytes: 100_000 })],
    });
    for (let i = 0; i < 20; i++) cache.set(`k${i}`, "x".repeat(200));
    const [first, second] = cache.statistics().levels;
    expect(first!.entries).toBe(4);
    expect(first!.bytes).toBeLessThanOrEqual(1000);
    expect(second!.entries).toBe(20);
  });
});

describe("loading", () => {
  it("happens once for a thousand readers at the same time", async () => {
    const { cache } = inMemory();
    let loads = 0;
    const load = async (): Promise<string> => {
      loads += 1;
      await settled();
      return "loaded";
    };
    const readers = Array.from({ length: 1000 }, () => cache.getOrLoad("a", load));
    expect(new Set(await Promise.all(readers))).toEqual(new Set(["loaded"]));
    expect(loads).toBe(1);
    expect(cache.statistics()).toMatchObject({ loads: 1, joined: 999 });
    expect(cache.get("a")).toBe("loaded");
  });

  it("happens once too when a slow level has to be asked first, and that is asked once", async () => {
    const remote = new RemoteLevel();
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 5 }), remote] });
    let loads = 0;
    const readers = Array.from({ length: 1000 }, () =>
      cache.getOrLoad("a", async () => {
        loads += 1;
        return "loaded";
      }),
    );
    expect(new Set(await Promise.all(readers))).toEqual(new Set(["loaded"]));
    expect([loads, remote.calls.filter((call) => call === "get a").length]).toEqual([1, 1]);
  });

  it("gives all readers the loader's own error, and the next one a new load", async () => {
    const { cache } = inMemory();
    const broken = new Error("broken");
    const readers = Array.from({ length: 5 }, () =>
      cache.getOrLoad("a", () => Promise.reject(broken)),
    );
    for (const result of await Promise.allSettled(readers)) {
      expect(result).toEqual({ status: "rejected", reason: broken });
    }
    expect(await cache.getOrLoad("a", async () => "fine")).toBe("fine");
  });

  it("that answers at once makes no promise", () => {
    const { cache } = inMemory();
    expect(cache.getOrLoad("a", () => "now")).toBe("now");
    expect(() =>
      cache.getOrLoad("b", () => {
        throw new Error("now, too");
      }),
    ).toThrow("now, too");
    expect(cache.getOrLoad("b", () => "later")).toBe("later");
  });

  it("can't wait for itself", () => {
    const { cache } = inMemory();
    expect(() => cache.getOrLoad("a", () => cache.getOrLoad("a", () => "v"))).toThrow(
      expect.objectContaining({ code: "cache-recursion" }),
    );
    expect(cache.getOrLoad("a", () => "v")).toBe("v");
  });

  it("lets the loader say how the value is kept", async () => {
    const { cache, time } = inMemory();
    await cache.getOrLoad("b", async (load) => {
      load.keep({ ttl: 100, tags: ["t"] });
      return "v";
    });
    time.jump(99);
    expect(cache.get("b")).toBe("v");
    expect(cache.invalidateTags("t")).toBe(1);
    expect(cache.get("b")).toBeUndefined();
  });

  it("gives up at the hard timeout, tells the loader, and drops what comes later", async () => {
    const { cache, time } = inMemory({ defaults: { hardTimeout: 1000 } });
    const late = Promise.withResolvers<string>();
    let signal: AbortSignal | undefined;
    const value = cache.getOrLoad("a", (load) => {
      signal = load.signal;
      return late.promise;
    }) as Promise<string>;
    const failed = expect(value).rejects.toMatchObject({ code: "cache-timeout" });
    await time.pass(1000);
    await failed;
    expect(signal?.aborted).toBe(true);
    late.resolve("too late");
    await settled();
    expect(cache.get("a")).toBeUndefined();
    expect(time.pending).toBe(0);
  });

  it("leaves no timers behind", async () => {
    const { cache, time } = inMemory({ defaults: { hardTimeout: 1000, softTimeout: 10 } });
    await cache.getOrLoad("a", async () => "v");
    await expect(cache.getOrLoad("b", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(time.pending).toBe(0);
  });

  it("isn't asked for timeouts that it can't keep", () => {
    const make = (): unknown =>
      createCache({ levels: [memoryLevel({ entries: 1 })], defaults: { hardTimeout: 5 } });
    expect(make).toThrow(expect.objectContaining({ code: "cache-options" }));
  });
});

describe("time", () => {
  it("ends an entry at its ttl, in every level", async () => {
    const { cache, time } = inMemory();
    cache.set("a", "one", { ttl: 100 });
    time.jump(99);
    expect(cache.get("a")).toBe("one");
    time.jump(1);
    expect(cache.get("a")).toBeUndefined();
    expect(cache.statistics().levels.map(({ entries }) => entries)).toEqual([0, 0]);
  });

  it("with jitter only ever comes sooner, by at most the given part", () => {
    const { cache, time } = inMemory({ random: randomFrom(7) });
    const ages = Array.from({ length: 300 }, () => {
      const start = time.now();
      cache.set("a", "v", { ttl: 1000, jitter: 0.3 });
      while (cache.get("a") !== undefined) time.jump(1);
      return time.now() - start;
    });
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(700);
    expect(Math.max(...ages)).toBeLessThanOrEqual(1000);
    expect(new Set(ages).size).toBeGreaterThan(100);
  });

  it("set back makes entries from the future worth nothing", () => {
    const { cache, time } = inMemory();
    cache.set("a", "one", { ttl: 100 });
    cache.set("b", "for ever");
    time.jump(-3_600_000);
    expect(cache.get("a")).toBeUndefined();
    expect(cache.get("b")).toBe("for ever");
  });

  it("serves stale at once and loads one new value behind it", async () => {
    const { cache, time } = inMemory({ defaults: { ttl: 100, staleWhileRevalidate: 50 } });
    cache.set("a", "old");
    time.jump(120);
    let loads = 0;
    const load = async (): Promise<string> => {
      loads += 1;
      return "new";
    };
    for (let i = 0; i < 10; i++) expect(cache.getOrLoad("a", load)).toBe("old");
    await settled();
    expect(loads).toBe(1);
    expect(cache.getOrLoad("a", load)).toBe("new");
    time.jump(151);
    expect(await cache.getOrLoad("a", async () => "newer")).toBe("newer");
    expect(cache.statistics().staleServed).toBe(10);
  });

  it("keeps serving stale while the load behind it fails, and nobody gets an unhandled error", async () => {
    const { cache, time } = inMemory({ defaults: { ttl: 100, staleWhileRevalidate: 50 } });
    const failures: unknown[] = [];
    cache.on("load-failed", ({ served }) => failures.push(served));
    cache.set("a", "old");
    time.jump(120);
    expect(cache.getOrLoad("a", () => Promise.reject(new Error("down")))).toBe("old");
    await settled();
    expect(failures).toEqual([true]);
    expect(
      cache.getOrLoad("a", () => {
        throw new Error("down at once");
      }),
    ).toBe("old");
  });

  it("serves the old value within its grace when a load fails, and then no more", async () => {
    const { cache, time } = inMemory({ defaults: { ttl: 100, grace: 500 } });
    const down = (): Promise<string> => Promise.reject(new Error("down"));
    cache.set("a", "old");
    time.jump(300);
    expect(cache.get("a")).toBeUndefined();
    expect(await cache.getOrLoad("a", down)).toBe("old");
    time.jump(300);
    await expect(cache.getOrLoad("a", down)).rejects.toThrow("down");
  });

  it("calls a failing loader once per backoff", async () => {
    const { cache, time } = inMemory({ defaults: { ttl: 100, grace: 5000, graceBackoff: 200 } });
    let loads = 0;
    const down = (): Promise<string> => {
      loads += 1;
      return Promise.reject(new Error("down"));
    };
    cache.set("a", "old");
    time.jump(150);
    for (let i = 0; i < 10; i++) expect(await cache.getOrLoad("a", down)).toBe("old");
    expect(loads).toBe(1);
    time.jump(200);
    expect(await cache.getOrLoad("a", down)).toBe("old");
    expect(loads).toBe(2);
  });

  it("serves the old value at the soft timeout while the load goes on", async () => {
    const { cache, time } = inMemory({ defaults: { ttl: 100, grace: 5000, softTimeout: 20 } });
    cache.set("a", "old");
    time.jump(150);
    const slow = Promise.withResolvers<string>();
    const first = cache.getOrLoad("a", () => slow.promise);
    await time.pass(20);
    expect(await first).toBe("old");
    expect(await cache.getOrLoad("a", () => slow.promise)).toBe("old");
    slow.resolve("new");
    await settled();
    expect(cache.get("a")).toBe("new");
  });

  it("at the hard timeout falls back on the old value within its grace", async () => {
    const { cache, time } = inMemory({ defaults: { ttl: 100, grace: 5000, hardTimeout: 50 } });
    cache.set("a", "old");
    time.jump(150);
    const value = cache.getOrLoad("a", () => new Promise<string>(() => undefined));
    await time.pass(50);
    expect(await value).toBe("old");
  });

  it("remembers that there is no value as long as it's told to", async () => {
    const { cache, time } = inMemory({ defaults: { negativeTtl: 100 } });
    let loads = 0;
    const none = async (): Promise<undefined> => {
      loads += 1;
      return undefined;
    };
    for (let i = 0; i < 3; i++) expect(await cache.getOrLoad("a", none)).toBeUndefined();
    expect(loads).toBe(1);
    time.jump(100);
    await cache.getOrLoad("a", none);
    expect(loads).toBe(2);
    cache.set("a", "there is");
    expect(cache.get("a")).toBe("there is");
    cache.set("a", undefined, { negativeTtl: 0 });
    expect(await cache.getOrLoad("a", async () => "loaded")).toBe("loaded");
  });
});

describe("a coarse clock", () => {
  it("is read once, until its timer fires", async () => {
    const time = new ManualTime();
    let reads = 0;
    const clock = coarseClock(time, {
      now: () => {
        reads += 1;
        return time.now();
      },
    });
    const start = clock.now();
    for (let i = 0; i < 10; i++) expect(clock.now()).toBe(start);
    expect(reads).toBe(1);
    await time.pass(1);
    expect(clock.now()).toBe(start + 1);
  });
});

describe("a write, a deletion or an invalidation while a load is under way", () => {
  const act = {
    set: (cache: ReturnType<typeof inMemory>["cache"]) => cache.set("a", "set meanwhile"),
    delete: (cache: ReturnType<typeof inMemory>["cache"]) => cache.delete("a"),
    invalidate: (cache: ReturnType<typeof inMemory>["cache"]) => cache.invalidate("a"),
    "invalidate a source": (cache: ReturnType<typeof inMemory>["cache"]) =>
      cache.invalidate("source"),
    "invalidate a tag": (cache: ReturnType<typeof inMemory>["cache"]) => cache.invalidateTags("t"),
    clear: (cache: ReturnType<typeof inMemory>["cache"]) => cache.clear(),
  };
  for (const [name, meanwhile] of Object.entries(act)) {
    it(`${name}: the outdated value isn't kept`, async () => {
      const { cache } = inMemory();
      const slow = Promise.withResolvers<string>();
      const outdated: string[] = [];
      cache.on("load-outdated", ({ key }) => outdated.push(key));
      const options = { dependsOn: ["source"], tags: ["t"] };
      const value = cache.getOrLoad("a", () => slow.promise, options);
      meanwhile(cache);
      slow.resolve("outdated");
      expect(await value).toBe("outdated");
      expect(cache.get("a")).toBe(name === "set" ? "set meanwhile" : undefined);
      expect(outdated).toEqual(["a"]);
    });
  }

  it("a new reader gets a new load", async () => {
    const { cache } = inMemory();
    const slow = Promise.withResolvers<string>();
    const before = cache.getOrLoad("a", () => slow.promise);
    cache.invalidate("a");
    expect(await cache.getOrLoad("a", async () => "new")).toBe("new");
    slow.resolve("old");
    await before;
    expect(cache.get("a")).toBe("new");
  });

  it("what a slow level answers from before is not believed", async () => {
    const remote = new RemoteLevel();
    remote.held.set("a", { payload: encoded("old"), metadata: metadata() });
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 5 }), remote] });
    remote.holding = true;
    const value = cache.getOrLoad("a", async () => "loaded");
    await settled();
    cache.set("a", "new");
    await remote.release();
    expect(await value).toBe("new");
    expect(cache.get("a")).toBe("new");
  });
});

function encoded(text: string): Uint8Array {
  return new Uint8Array([8, text.length, ...bytes(text)]);
}

describe("namespaces", () => {
  it("don't see each other", () => {
    const { cache } = inMemory();
    const one = cache.namespace("one", { memory: { entries: 5 } });
    const two = cache.namespace("two", { memory: { entries: 5 } });
    one.set("a", "of one", { tags: ["t"] });
    two.set("a", "of two", { tags: ["t"], dependsOn: ["b"] });
    cache.set("a", "of none", { tags: ["t"] });
    expect([one.get("a"), two.get("a"), cache.get("a")]).toEqual(["of one", "of two", "of none"]);
    one.invalidateTags("t");
    one.invalidate("b");
    expect([one.get("a"), two.get("a"), cache.get("a")]).toEqual([undefined, "of two", "of none"]);
    two.clear();
    expect([two.get("a"), cache.get("a")]).toEqual([undefined, "of none"]);
    expect(cache.namespace("one", { memory: { entries: 9 } })).toBe(one);
  });

  it("can't be reached or left by the name of a key", () => {
    const { cache } = inMemory();
    const inner = cache.namespace("in", { memory: { entries: 5 } });
    const nested = inner.namespace("deep", { memory: { entries: 5 } });
    nested.set("a", "deep");
    inner.set("in", "x");
    expect(() => inner.set("deep\0a", "forged")).toThrow(
      expect.objectContaining({ code: "cache-key" }),
    );
    expect(nested.get("a")).toBe("deep");
    inner.clear();
    expect(nested.get("a")).toBeUndefined();
  });

  it("with a quota drop their own oldest entries and nobody else's", () => {
    const cache = createCache<string>({
      levels: [memoryLevel({ entries: 5 }), serialisedLevel({ entries: 1000 })],
    });
    cache.set("mine", "kept");
    const guest = cache.namespace("guest", {
      memory: { entries: 3 },
      quota: { entries: 10, bytes: 200 },
    });
    for (let i = 0; i < 500; i++) guest.set(`k${i}`, "v");
    expect(cache.statistics().levels[1]!.entries).toBe(11);
    expect(guest.get("k499")).toBe("v");
    expect(guest.get("k480")).toBeUndefined();
    for (let i = 0; i < 10; i++) guest.set(`large${i}`, "x".repeat(90));
    expect(cache.statistics().levels[1]!.entries).toBeLessThanOrEqual(4);
    guest.set("too large", "x".repeat(500));
    expect(guest.get("too large")).toBeUndefined();
    for (let i = 0; i < 5; i++) cache.set(`k${i}`, "v");
    expect(cache.get("mine")).toBe("kept");
  });
});

describe("a level that fails", () => {
  function withRemote() {
    const time = new ManualTime();
    const remote = new RemoteLevel();
    const cache = createCache<string>({
      levels: [memoryLevel({ entries: 2 }), remote],
      clock: time,
      timers: time,
      retryAfter: 1000,
      levelTimeout: 100,
    });
    const told: string[] = [];
    cache.on("level-off", ({ level }) => told.push(`${level} off`));
    cache.on("level-on", ({ level }) => told.push(`${level} on`));
    return { time, remote, cache, told };
  }

  it("is left alone for a while, tells once, and the cache goes on", async () => {
    const { cache, remote, told, time } = withRemote();
    remote.failing = true;
    for (let i = 0; i < 10; i++) {
      expect(await cache.getOrLoad(`k${i}`, async () => `v${i}`)).toBe(`v${i}`);
    }
    await cache.flush();
    expect(told).toEqual(["remote off"]);
    const before = remote.calls.length;
    await cache.read("k0");
    expect(remote.calls).toHaveLength(before);
    expect(cache.statistics().levels[1]).toMatchObject({ on: false, failures: 1 });
    remote.failing = false;
    time.jump(1000);
    expect(await cache.read("nothing")).toBeUndefined();
    await cache.flush();
    expect(told).toEqual(["remote off", "remote on"]);
  });

  it("never serves afterwards what was outdated meanwhile", async () => {
    const { cache, remote, time } = withRemote();
    cache.set("a", "old");
    cache.set("b", "old");
    cache.set("c", "old");
    await cache.flush();
    remote.failing = true;
    cache.set("a", "new");
    cache.invalidate("b");
    await cache.flush();
    for (let i = 0; i < 5; i++) cache.set(`k${i}`, "pushes them out of level 1");
    remote.failing = false;
    time.jump(1000);
    expect(await cache.read("a")).toBeUndefined();
    await cache.flush();
    expect(await cache.read("a")).toBeUndefined();
    expect(await cache.read("b")).toBeUndefined();
    expect(await cache.read("c")).toBe("old");
  });

  it("by never answering is off, too", async () => {
    const { cache, remote, told, time } = withRemote();
    remote.holding = true;
    const value = cache.getOrLoad("a", async () => "loaded");
    await time.pass(100);
    expect(await value).toBe("loaded");
    expect(told).toEqual(["remote off"]);
  });

  it("by answering nonsense is no worse", async () => {
    const { cache, remote } = withRemote();
    remote.held.set("a", { payload: new Uint8Array([99]), metadata: metadata() });
    expect(await cache.getOrLoad("a", async () => "loaded")).toBe("loaded");
    remote.held.set("b", "rubbish" as never);
    expect(await cache.getOrLoad("b", async () => "loaded")).toBe("loaded");
    expect(cache.statistics().levels[1]).toMatchObject({ damaged: 2, on: true });
  });
});

describe("a function", () => {
  it("decides at each hit whether an entry is still valid", () => {
    let epoch = 1;
    const cache = createCache<string>({
      levels: [memoryLevel({ entries: 2 }), serialisedLevel({ entries: 9 })],
      isValid: (value) => value === undefined || value.startsWith(`${epoch}:`),
    });
    cache.set("a", "1:v");
    expect(cache.get("a")).toBe("1:v");
    epoch = 2;
    expect(cache.get("a")).toBeUndefined();
    expect(cache.getOrLoad("a", () => "2:v")).toBe("2:v");
  });

  it("chooses what is invalidated, in all levels", async () => {
    const { cache } = inMemory();
    for (let i = 0; i < 40; i++) cache.set(`${i % 2 ? "odd" : "even"}:${i}`, "v");
    cache.set("derived", "v", { dependsOn: ["odd:1"] });
    const inner = cache.namespace("in", { memory: { entries: 3 } });
    inner.set("odd:1", "not mine");
    expect(await cache.invalidateWhere((key) => key.startsWith("odd:"))).toBe(21);
    expect(cache.get("odd:3")).toBeUndefined();
    expect(cache.get("derived")).toBeUndefined();
    expect(cache.get("even:2")).toBe("v");
    expect(inner.get("odd:1")).toBe("not mine");
  });
});

describe("a closed cache", () => {
  it("refuses everything but to be closed again", async () => {
    const { cache } = inMemory();
    cache.set("a", "v");
    await cache.close();
    await cache.close();
    for (const use of [
      () => cache.get("a"),
      () => cache.set("a", "v"),
      () => cache.getOrLoad("a", () => "v"),
      () => cache.invalidate("a"),
    ]) {
      expect(use).toThrow(expect.objectContaining({ code: "cache-closed" }));
    }
  });
});

describe("any sequence of calls", () => {
  it("never gives a value that was replaced, deleted, invalidated or is too old", async () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const step = fc.oneof(
      fc.record({ tag: fc.constant("set" as const), key, ttl: fc.constantFrom(Infinity, 5, 50) }),
      fc.record({ tag: fc.constant("read" as const), key }),
      fc.record({ tag: fc.constant("load" as const), key }),
      fc.record({ tag: fc.constant("delete" as const), key }),
      fc.record({ tag: fc.constant("invalidate" as const), key }),
      fc.record({ tag: fc.constant("wait" as const), key, ms: fc.nat(20) }),
      fc.record({ tag: fc.constant("fail" as const), key, failing: fc.boolean() }),
      fc.record({ tag: fc.constant("clear" as const), key }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const time = new ManualTime();
        const remote = new RemoteLevel();
        const cache = createCache<string>({
          levels: [memoryLevel({ entries: 2 }), serialisedLevel({ entries: 3 }), remote],
          clock: time,
          timers: time,
          retryAfter: 10,
        });
        const model = new Map<string, { value: string; until: number }>();
        const allowed = (name: string): string | undefined => {
          const held = model.get(name);
          return held === undefined || time.now() >= held.until ? undefined : held.value;
        };
        let count = 0;
        for (const one of steps) {
          const value = `v${count++}`;
          if (one.tag === "set") {
            cache.set(one.key, value, { ttl: one.ttl });
            model.set(one.key, { value, until: time.now() + one.ttl });
          } else if (one.tag === "read") {
            const got = await cache.read(one.key);
            if (got !== undefined) expect(got).toBe(allowed(one.key));
          } else if (one.tag === "load") {
            const before = allowed(one.key);
            const got = await cache.getOrLoad(one.key, async () => value);
            expect([before, value]).toContain(got);
            if (got === value) model.set(one.key, { value, until: Infinity });
          } else if (one.tag === "delete" || one.tag === "invalidate") {
            cache[one.tag](one.key);
            model.delete(one.key);
          } else if (one.tag === "wait") {
            await time.pass(one.ms);
          } else if (one.tag === "fail") {
            remote.failing = one.failing;
          } else {
            cache.clear();
            model.clear();
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
