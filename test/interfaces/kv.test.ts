import { describe, expect, it } from "vitest";
import type * as Contract from "../../src/interfaces/generated/host/kv.ts";
import { kvCapability, kvInterface } from "../../src/interfaces/kv.ts";
import type { KeyValueStore } from "../../src/platform/key-value.ts";
import { memoryKeyValue } from "../../src/platform/memory-key-value.ts";
import { TenonError } from "../../src/errors.ts";
import { answerOf, awaited, given, scopeOf, testCaller } from "./caller.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const invalidKey = { err: { tag: "invalid-key" } };
const overQuota = { err: { tag: "refused", val: { tag: "quota" } } };

function plugin(scope: unknown = {}, store = memoryKeyValue(), name = "acme/tester") {
  const caller = testCaller(name, scope);
  return { caller, ...given<typeof Contract>(kvInterface(store), caller) };
}

describe("kv", () => {
  it("keeps a plugin's values apart from every other plugin's", () => {
    const store = memoryKeyValue();
    const mine = plugin({}, store).Bucket.open("notes");
    const others = plugin({}, store, "acme/bystander").Bucket.open("notes");
    mine.set("k", bytes("mine"));
    others.set("k", bytes("theirs"));
    expect(mine.get("k")?.value).toEqual(bytes("mine"));
    expect(others.get("k")?.value).toEqual(bytes("theirs"));
    expect(mine.delete("k")).toBe(true);
    expect(mine.get("k")).toBeUndefined();
    expect(others.get("k")).toBeDefined();
  });

  it("takes keys of 1 to 512 bytes and refuses every other, and odd bucket names", () => {
    const { Bucket } = plugin();
    const bucket = Bucket.open("b");
    for (const key of ["x".repeat(512), "é".repeat(256), "constructor", "__proto__", "../../x"]) {
      bucket.set(key, bytes("1"));
      expect(bucket.get(key)?.value).toEqual(bytes("1"));
    }
    for (const key of ["", "x".repeat(513), "é".repeat(257), "a\0b", "\ud800", "x".repeat(1e7)]) {
      expect(answerOf(() => bucket.set(key, bytes("1")))).toMatchObject(invalidKey);
      expect(answerOf(() => bucket.get(key))).toMatchObject(invalidKey);
      expect(answerOf(() => bucket.delete(key))).toMatchObject(invalidKey);
      if (key !== "")
        expect(answerOf(() => bucket.keys(key, undefined, 1))).toMatchObject(invalidKey);
    }
    for (const name of ["", "A", "a/b", "a\0", "x".repeat(65), "é"]) {
      expect(answerOf(() => Bucket.open(name))).toMatchObject(invalidKey);
    }
    expect(bucket.get("constructor")).toBeDefined();
  });

  it("refuses values over 1 MiB, and what goes over the quota of all buckets together", () => {
    const { Bucket } = plugin({ quotaBytes: 1000 });
    const [one, two] = [Bucket.open("one"), Bucket.open("two")];
    expect(answerOf(() => one.set("k", new Uint8Array((1 << 20) + 1)))).toEqual({
      err: { tag: "too-large", val: 1_048_576n },
    });
    one.set("k", new Uint8Array(500));
    expect(answerOf(() => two.set("k", new Uint8Array(500)))).toMatchObject(overQuota);
    two.set("k", new Uint8Array(300));
    one.set("k", new Uint8Array(400));
    expect(answerOf(() => one.set("k2", new Uint8Array()))).toEqual({ ok: 3n });
    expect(answerOf(() => one.set("k3", new Uint8Array(100)))).toMatchObject(overQuota);
    expect(one.get("k")?.value).toHaveLength(400);
  });

  it("sees a wider grant, and one that was taken back, at the next call", () => {
    const { Bucket, caller } = plugin({ quotaBytes: 100 });
    const bucket = Bucket.open("b");
    expect(answerOf(() => bucket.set("k", new Uint8Array(200)))).toMatchObject(overQuota);
    caller.grant({ quotaBytes: 1000 });
    bucket.set("k", new Uint8Array(200));
    caller.revoke();
    expect(answerOf(() => bucket.set("k", new Uint8Array(1)))).toMatchObject({
      err: { tag: "refused", val: { tag: "denied" } },
    });
  });

  it("opens at most 16 buckets", () => {
    const { Bucket } = plugin();
    for (let i = 0; i < 16; i++) Bucket.open(`b${i}`);
    expect(answerOf(() => Bucket.open("b16"))).toMatchObject(overQuota);
    expect(answerOf(() => Bucket.open("b3"))).toHaveProperty("ok");
  });

  it("compares and sets", () => {
    const bucket = plugin().Bucket.open("b");
    const first = bucket.compareAndSet("k", undefined, bytes("1"));
    const conflict = { err: { tag: "conflict" } };
    expect(answerOf(() => bucket.compareAndSet("k", undefined, bytes("2")))).toEqual(conflict);
    for (const revision of [0n, first + 1n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      expect(answerOf(() => bucket.compareAndSet("k", revision, bytes("2")))).toEqual(conflict);
    }
    expect(bucket.compareAndSet("k", first, bytes("2"))).toBeGreaterThan(first);
  });

  it("gives keys in pages with a cursor, whatever the limit says", () => {
    const bucket = plugin().Bucket.open("b");
    for (let i = 0; i < 1500; i++) bucket.set(`k${String(i).padStart(4, "0")}`, bytes(""));
    const all: string[] = [];
    for (let page = bucket.keys("k", undefined, 2 ** 32 - 1); ;) {
      expect(page.keys.length).toBeLessThanOrEqual(1000);
      all.push(...page.keys);
      if (page.next === undefined) break;
      page = bucket.keys("k", page.next, 2 ** 32 - 1);
    }
    expect(all).toHaveLength(1500);
    expect(bucket.keys("", undefined, 0).keys).toEqual(["k0000"]);
    expect(bucket.keys("k1499", undefined, 1)).toEqual({ keys: ["k1499"] });
    expect(bucket.keys("nothing", "zzz", 10)).toEqual({ keys: [] });
  });

  it("answers `failed` when the storage fails, and goes on when it is back", async () => {
    const { store, breakdown } = failing();
    const bucket = plugin({}, store).Bucket.open("b");
    breakdown.now = true;
    expect(answerOf(() => bucket.set("k", bytes("1")))).toEqual({ err: { tag: "failed" } });
    expect(answerOf(() => bucket.keys("", undefined, 1))).toEqual({ err: { tag: "failed" } });
    breakdown.now = false;
    expect(bucket.set("k", bytes("1"))).toBe(1n);
  });

  it("waits for a store that answers later, and says so", async () => {
    const store = slow(memoryKeyValue());
    expect(kvInterface(store).functions).toMatchObject({
      "[method]bucket.compare-and-set": { waits: true },
    });
    expect(kvInterface(memoryKeyValue()).functions).toEqual({});
    const bucket = await plugin({ quotaBytes: 200 }, store).Bucket.open("b");
    expect(await bucket.set("k", bytes("1"))).toBe(1n);
    expect((await bucket.get("k"))?.value).toEqual(bytes("1"));
    expect(await awaited(() => bucket.set("k2", new Uint8Array(500)))).toMatchObject(overQuota);
    expect(await bucket.keys("", undefined, 5)).toEqual({ keys: ["k"] });
  });

  it("is asked for with a quota; the smaller one counts", () => {
    const scope = scopeOf(kvCapability, {});
    expect(scope).toEqual({ quotaBytes: 10 << 20 });
    expect(kvCapability.describe(scope)).toBe("may store up to 10 MiB of its own data");
    expect(kvCapability.intersect(scope, { quotaBytes: 5 })).toEqual({ quotaBytes: 5 });
    for (const quotaBytes of [0, -1, 1.5, 2 ** 53, Number.NaN, "1"]) {
      expect(kvCapability.scope.safeParse({ quotaBytes }).success).toBe(false);
    }
  });
});

function failing() {
  const inner = memoryKeyValue();
  const breakdown = { now: false };
  const store: KeyValueStore = {
    ...inner,
    space: (owner) =>
      new Proxy(inner.space(owner), {
        get: (target, name: keyof ReturnType<KeyValueStore["space"]>) => {
          if (breakdown.now) throw new TenonError("storage-failed", "disk full at /secret/path");
          return target[name];
        },
      }),
  };
  return { store, breakdown };
}

function slow(inner: KeyValueStore): KeyValueStore {
  return {
    ...inner,
    waits: true,
    space: (owner) => {
      const space = inner.space(owner);
      return {
        openBucket: async (...args) => space.openBucket(...args),
        get: async (...args) => space.get(...args),
        write: async (...args) => space.write(...args),
        delete: async (...args) => space.delete(...args),
        keys: async (...args) => space.keys(...args),
        usedBytes: async () => space.usedBytes(),
      };
    },
  };
}
