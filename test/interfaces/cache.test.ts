import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { cacheCapability, cacheInterface } from "../../src/interfaces/cache.ts";
import type * as Contract from "../../src/interfaces/generated/host/cache.ts";
import { PluginCaches } from "../../src/interfaces/plugin-caches.ts";
import { packCaches } from "../../src/platform/node/pack-caches.ts";
import type { CacheStore } from "../../src/platform/cache-store.ts";
import { answerOf, awaited, given, scopeOf, testCaller } from "./caller.ts";
import { callerOf } from "../identity/ours.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const plain: Contract.Keeping = { tags: [], dependsOn: [] };
const keeping = (some: Partial<Contract.Keeping>): Contract.Keeping => ({ ...plain, ...some });

function world(store?: CacheStore) {
  const clock = { time: 1_000_000, now: () => clock.time };
  const caches = new PluginCaches({ clock, store, watch: { failed() {}, works() {} } });
  return { clock, caches };
}

function plugin(caches: PluginCaches, scope: unknown = {}, name = "acme/tester") {
  const caller = testCaller(name, scope);
  return { caller, ...given<typeof Contract>(cacheInterface(caches), caller) };
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "tenon-cache-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe("cache", () => {
  it("keeps what a plugin cached apart from every other plugin's, whatever the keys are", () => {
    const { caches } = world();
    const mine = plugin(caches).Namespace.open("n");
    const others = plugin(caches, {}, "acme/bystander").Namespace.open("n");
    for (const key of ["k", "constructor", "__proto__", "then", "../x", "acme/tester/n/k", "é"]) {
      expect(mine.get(key)).toBeUndefined();
      mine.set(key, bytes(`mine ${key}`), keeping({ tags: ["__proto__"] }));
      expect(others.get(key)).toBeUndefined();
      others.set(key, bytes("theirs"), plain);
      expect(mine.get(key)).toEqual(bytes(`mine ${key}`));
    }
    mine.invalidateTag("__proto__");
    expect(mine.get("constructor")).toBeUndefined();
    expect(others.get("constructor")).toEqual(bytes("theirs"));
  });

  it("keeps namespaces apart, tags and dependencies too", () => {
    const { Namespace } = plugin(world().caches);
    const [one, other] = [Namespace.open("one"), Namespace.open("other")];
    one.set("k", bytes("1"), keeping({ tags: ["t"] }));
    other.set("k", bytes("2"), keeping({ tags: ["t"], dependsOn: ["base"] }));
    one.invalidateTag("t");
    one.invalidate("base");
    expect(one.get("k")).toBeUndefined();
    expect(other.get("k")).toEqual(bytes("2"));
    expect(Namespace.open("other").get("k")).toEqual(bytes("2"));
  });

  it("drops an entry when its time is over", () => {
    const { caches, clock } = world();
    const cache = plugin(caches).Namespace.open("n");
    cache.set("short", bytes("1"), keeping({ ttlMs: 100n }));
    cache.set("endless", bytes("2"), keeping({ ttlMs: 2n ** 64n - 1n }));
    cache.set("none", bytes("3"), keeping({ ttlMs: 0n }));
    expect(cache.get("none")).toBeUndefined();
    clock.time += 99;
    expect(cache.get("short")).toEqual(bytes("1"));
    clock.time += 1;
    expect(cache.get("short")).toBeUndefined();
    expect(cache.get("endless")).toEqual(bytes("2"));
  });

  it("takes out what was made from what is invalidated, as the rule says", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const step = fc.oneof(
      fc.record({ set: key, from: fc.uniqueArray(key, { maxLength: 3 }) }),
      fc.record({ invalidate: key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cache = plugin(world().caches).Namespace.open("n");
        const model = new Map<string, readonly string[]>();
        const drop = (gone: string): void => {
          model.delete(gone);
          for (const [each, from] of model) if (from.includes(gone)) drop(each);
        };
        for (const step of steps) {
          if ("set" in step) {
            cache.set(step.set, bytes("x"), keeping({ dependsOn: [...step.from] }));
            model.set(step.set, step.from);
          } else {
            cache.invalidate(step.invalidate);
            drop(step.invalidate);
          }
        }
        // A chain through a key that is not held itself may take more: never less.
        for (const each of ["a", "b", "c", "d", "e"]) {
          if (!model.has(each)) expect(cache.get(each)).toBeUndefined();
        }
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it("refuses keys, tags, names and sizes that are out of bounds, and writes nothing then", () => {
    const { Namespace } = plugin(world().caches);
    const cache = Namespace.open("n");
    const invalid = { err: { tag: "invalid-key" } };
    for (const key of ["", "x".repeat(513), "é".repeat(257), "a\0b", "\ud800", "x".repeat(1e7)]) {
      expect(answerOf(() => cache.get(key))).toMatchObject(invalid);
      expect(answerOf(() => cache.set(key, bytes(""), plain))).toMatchObject(invalid);
      expect(answerOf(() => cache.invalidate(key))).toMatchObject(invalid);
      expect(answerOf(() => cache.invalidateTag(key))).toMatchObject(invalid);
      for (const odd of [{ tags: [key] }, { dependsOn: [key] }]) {
        expect(answerOf(() => cache.set("k", bytes(""), keeping(odd)))).toMatchObject(invalid);
      }
    }
    for (const name of ["", "A", "a/b", "a\0", "x".repeat(65), "é"]) {
      expect(answerOf(() => Namespace.open(name))).toMatchObject(invalid);
    }
    const tags = Array.from({ length: 17 }, (_, i) => `t${i}`);
    const sources = Array.from({ length: 65 }, (_, i) => `s${i}`);
    expect(answerOf(() => cache.set("k", bytes(""), keeping({ tags })))).toEqual({
      err: { tag: "too-many", val: 16 },
    });
    expect(answerOf(() => cache.set("k", bytes(""), keeping({ dependsOn: sources })))).toEqual({
      err: { tag: "too-many", val: 64 },
    });
    expect(answerOf(() => cache.set("k", new Uint8Array((1 << 20) + 1), plain))).toEqual({
      err: { tag: "too-large", val: 1_048_576n },
    });
    expect(cache.get("k")).toBeUndefined();
    const longest = "x".repeat(512);
    cache.set(longest, bytes("1"), keeping({ tags: tags.slice(1), dependsOn: sources.slice(1) }));
    expect(cache.get(longest)).toEqual(bytes("1"));
  });

  it("holds no more than the quota, counting keys and tags, and fills no other's", () => {
    const { caches } = world();
    const mine = plugin(caches, { quotaBytes: 10_000 }).Namespace.open("n");
    const others = plugin(caches, {}, "acme/bystander").Namespace.open("n");
    others.set("k", bytes("theirs"), plain);
    for (let i = 0; i < 1000; i++) mine.set(`k${i}`, new Uint8Array(100), plain);
    const held = Array.from({ length: 1000 }, (_, i) => mine.get(`k${i}`)).filter(Boolean).length;
    expect(held).toBeGreaterThan(10);
    expect(held).toBeLessThanOrEqual(10_000 / 356);
    mine.set("big key", bytes(""), keeping({ tags: ["t".repeat(512), "u".repeat(512)] }));
    expect(answerOf(() => mine.set("k", new Uint8Array(9_744), plain))).toEqual({
      err: { tag: "too-large", val: 10_000n },
    });
    expect(others.get("k")).toEqual(bytes("theirs"));
  });

  it("sees a grant that was taken back, or given on top, at the next call", () => {
    const { caller, Namespace } = plugin(world().caches, { quotaBytes: 500 });
    const cache = Namespace.open("n");
    expect(answerOf(() => cache.set("k", new Uint8Array(600), plain))).toHaveProperty("err");
    caller.grant({ quotaBytes: 5000 });
    cache.set("k", new Uint8Array(600), plain);
    caller.revoke();
    const denied = { err: { tag: "refused", val: { tag: "denied" } } };
    expect(answerOf(() => cache.get("k"))).toMatchObject(denied);
    expect(answerOf(() => cache.invalidate("k"))).toMatchObject(denied);
  });

  it("starts empty with another version, and is gone with the plugin", async () => {
    const { caches } = world();
    const scope = { quotaBytes: 1000, persistent: false };
    const of = (version: string) => caches.of(callerOf("acme/a", version), scope);
    of("1.0.0").set("k", { value: bytes("1"), weight: 1 });
    expect(of("1.0.0").get("k")).toBeDefined();
    expect(of("1.0.1").get("k")).toBeUndefined();
    of("1.0.1").set("k", { value: bytes("2"), weight: 1 });
    await caches.erase("acme/a", ["acme/a"]);
    expect(of("1.0.1").get("k")).toBeUndefined();
  });

  it("is asked for with a quota, in memory by default; the smaller one counts", () => {
    const scope = scopeOf(cacheCapability, {});
    expect(scope).toEqual({ quotaBytes: 8 << 20, persistent: false });
    expect(cacheCapability.describe(scope)).toBe("may keep up to 8 MiB in a cache of its own");
    const persistent = { quotaBytes: 1000, persistent: true };
    expect(cacheCapability.describe(persistent)).toBe(
      "may keep up to 1 KiB in a cache of its own, on the disk too",
    );
    expect(cacheCapability.intersect(scope, persistent)).toEqual({
      quotaBytes: 1000,
      persistent: false,
    });
  });
});

describe("a persistent cache", () => {
  const scope = { persistent: true, quotaBytes: 1 << 20 };

  it("outlives the process, with tags and dependencies, for those who were granted it", async () => {
    const state = folder();
    const first = world(packCaches(state));
    const before = plugin(first.caches, scope).Namespace.open("n");
    before.set("a", bytes("1"), keeping({ ttlMs: 1000n }));
    before.set("b", bytes("2"), keeping({ dependsOn: ["a"] }));
    before.set("c", bytes("3"), plain);
    plugin(first.caches, {}, "acme/forgetful").Namespace.open("n").set("a", bytes("4"), plain);
    await first.caches.close();
    expect(readdirSync(state)).toHaveLength(1);
    const second = world(packCaches(state));
    const after = plugin(second.caches, scope).Namespace.open("n");
    expect(await after.get("a")).toEqual(bytes("1"));
    after.invalidate("a");
    expect(await after.get("b")).toBeUndefined();
    expect(await after.get("c")).toEqual(bytes("3"));
    const others = plugin(second.caches, scope, "acme/other").Namespace.open("n");
    expect(await others.get("c")).toBeUndefined();
    await second.caches.close();
  });

  it("leaves nothing on the disk when the plugin is gone, and none of its names before", async () => {
    const state = folder();
    const { caches } = world(packCaches(state));
    const cache = plugin(caches, scope, "acme/secretive").Namespace.open("n");
    cache.set("k", bytes("1"), plain);
    plugin(caches, scope, "acme/other").Namespace.open("n").set("k", bytes("2"), plain);
    expect(readdirSync(state).every((name) => /^[0-9a-f]{32}$/.test(name))).toBe(true);
    expect(readdirSync(state)).toHaveLength(2);
    await caches.erase("acme/secretive", ["acme/secretive"]);
    await caches.erase("acme/never-there", ["acme/never-there"]);
    expect(readdirSync(state)).toHaveLength(1);
    await caches.close();
  });

  it("goes on in memory where the disk fails", () => {
    const state = folder();
    const { caches } = world(packCaches(join(state, "file\0impossible")));
    const cache = plugin(caches, scope).Namespace.open("n");
    cache.set("k", bytes("1"), plain);
    expect(cache.get("k")).toEqual(bytes("1"));
  });

  it("waits for a store that answers later, and says so", async () => {
    const inner = packCaches(folder());
    const store: CacheStore = {
      ...inner,
      waits: true,
      level: (owner, size) => {
        const level = inner.level(owner, size);
        return {
          name: "slow",
          get: async (key) => level.get(key),
          set: (k, e) => level.set(k, e),
          delete: async (key) => level.delete(key),
        };
      },
    };
    const first = world(store);
    expect(cacheInterface(first.caches).functions).toEqual({
      "[method]namespace.get": { waits: true },
    });
    expect(cacheInterface(world().caches).functions).toEqual({});
    plugin(first.caches, scope).Namespace.open("n").set("k", bytes("1"), plain);
    await first.caches.close();
    const cache = plugin(world(store).caches, scope).Namespace.open("n");
    expect(await awaited(() => cache.get("k"))).toEqual({ ok: bytes("1") });
    expect(await awaited(() => cache.get("other"))).toEqual({ ok: undefined });
  });
});
