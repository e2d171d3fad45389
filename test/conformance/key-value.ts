import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyValueStore } from "../../src/platform/key-value.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const any = { when: "any", quotaBytes: 1 << 20 } as const;

/** What every KeyValueStore promises. `make` gives an empty store; it is disposed of afterwards. */
export function keyValueConformance(name: string, make: () => KeyValueStore): void {
  describe(`key-value storage: ${name}`, () => {
    let store: KeyValueStore;
    beforeEach(() => {
      store = make();
    });
    afterEach(() => store[Symbol.dispose]());

    it("keeps what was written, by owner and bucket", async () => {
      const space = store.space("acme/a");
      await space.write("one", "key", bytes("1"), any);
      await space.write("two", "key", bytes("2"), any);
      await store.space("acme/b").write("one", "key", bytes("3"), any);
      expect((await space.get("one", "key"))?.value).toEqual(bytes("1"));
      expect((await space.get("two", "key"))?.value).toEqual(bytes("2"));
      expect(await space.get("three", "key")).toBeUndefined();
      expect((await store.space("acme/b").get("one", "key"))?.value).toEqual(bytes("3"));
    });

    it("takes keys and names as they are: SQL, paths, names of properties, empty values", async () => {
      const keys = ["constructor", "__proto__", "../../x", "'; DROP TABLE entry; --", "é\u{1f600}"];
      const space = store.space("acme/a");
      for (const [i, key] of keys.entries()) await space.write(key, key, Uint8Array.of(i), any);
      await space.write("empty", "empty", new Uint8Array(), any);
      for (const [i, key] of keys.entries()) {
        expect((await space.get(key, key))?.value).toEqual(Uint8Array.of(i));
      }
      expect((await space.get("empty", "empty"))?.value).toEqual(new Uint8Array());
      expect(await space.get("toString", "toString")).toBeUndefined();
    });

    it("keeps a copy, and gives one", async () => {
      const space = store.space("acme/a");
      const value = bytes("kept");
      await space.write("b", "k", value, any);
      value.fill(0);
      const read = await space.get("b", "k");
      expect(read?.value).toEqual(bytes("kept"));
      read?.value.fill(0);
      expect((await space.get("b", "k"))?.value).toEqual(bytes("kept"));
    });

    it("gives every write of a bucket a greater revision, used once", async () => {
      const space = store.space("acme/a");
      const revisions: bigint[] = [];
      for (const key of ["a", "b", "a", "a"]) {
        const outcome = await space.write("b", key, bytes("x"), any);
        if (outcome.tag === "written") revisions.push(outcome.revision);
        await space.delete("b", "a");
      }
      expect(revisions).toHaveLength(4);
      expect(revisions.every((r, i) => i === 0 || r > revisions[i - 1]!)).toBe(true);
      expect((await space.get("b", "b"))?.revision).toBe(revisions[1]);
    });

    it("writes under a condition only where it holds", async () => {
      const space = store.space("acme/a");
      const absent = { ...any, when: "absent" } as const;
      const first = await space.write("b", "k", bytes("1"), absent);
      expect(first.tag).toBe("written");
      expect(await space.write("b", "k", bytes("2"), absent)).toEqual({ tag: "conflict" });
      for (const when of [0n, 2n ** 64n - 1n]) {
        expect(await space.write("b", "k", bytes("2"), { ...any, when })).toEqual({
          tag: "conflict",
        });
        expect(await space.write("b", "new", bytes("2"), { ...any, when })).toEqual({
          tag: "conflict",
        });
      }
      expect((await space.get("b", "k"))?.value).toEqual(bytes("1"));
      if (first.tag !== "written") return;
      const second = await space.write("b", "k", bytes("2"), { ...any, when: first.revision });
      expect(second.tag).toBe("written");
      expect(await space.write("b", "k", bytes("3"), { ...any, when: first.revision })).toEqual({
        tag: "conflict",
      });
    });

    it("counts key, value and 64 bytes an entry, across buckets, and stops at the quota", async () => {
      const space = store.space("acme/a");
      const rule = { when: "any", quotaBytes: 2 * (64 + 1 + 10) } as const;
      expect((await space.write("a", "k", new Uint8Array(10), rule)).tag).toBe("written");
      expect(await space.usedBytes()).toBe(75);
      expect((await space.write("b", "k", new Uint8Array(11), rule)).tag).toBe("over-quota");
      expect(await space.get("b", "k")).toBeUndefined();
      expect((await space.write("b", "k", new Uint8Array(10), rule)).tag).toBe("written");
      expect((await space.write("b", "k", new Uint8Array(9), rule)).tag).toBe("written");
      expect(await space.usedBytes()).toBe(149);
      expect((await store.space("acme/b").write("b", "k", new Uint8Array(10), rule)).tag).toBe(
        "written",
      );
      expect(await space.delete("a", "k")).toBe(true);
      expect(await space.delete("a", "k")).toBe(false);
      expect(await space.usedBytes()).toBe(74);
      expect((await space.write("b", "é", new Uint8Array(0), rule)).tag).toBe("written");
      expect(await space.usedBytes()).toBe(74 + 66);
    });

    it("makes no more buckets than the limit", async () => {
      const space = store.space("acme/a");
      expect(await space.openBucket("a", 2)).toBe(true);
      expect(await space.openBucket("b", 2)).toBe(true);
      expect(await space.openBucket("c", 2)).toBe(false);
      expect(await space.openBucket("a", 2)).toBe(true);
      expect(await store.space("acme/b").openBucket("c", 2)).toBe(true);
    });

    it("erases an owner and no other", async () => {
      await store.space("acme/a").write("b", "k", bytes("1"), any);
      await store.space("acme/b").write("b", "k", bytes("2"), any);
      await store.erase("acme/a");
      await store.erase("acme/nobody");
      expect(await store.space("acme/a").get("b", "k")).toBeUndefined();
      expect(await store.space("acme/a").usedBytes()).toBe(0);
      expect((await store.space("acme/b").get("b", "k"))?.value).toEqual(bytes("2"));
    });

    it("lists keys by prefix in the order of their UTF-8 bytes, page by page", async () => {
      const key = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "\uffff", "\u{10000}") });
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(
            key.filter((text) => text !== ""),
            { maxLength: 30 },
          ),
          key,
          fc.integer({ min: 1, max: 5 }),
          async (keys, prefix, limit) => {
            const space = store.space("acme/a");
            await store.erase("acme/a");
            for (const each of keys) await space.write("b", each, bytes(""), any);
            const wanted = keys
              .filter((each) => each.startsWith(prefix))
              .sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
            const found: string[] = [];
            for (;;) {
              const page = await space.keys("b", { prefix, after: found.at(-1), limit });
              expect(page.length).toBeLessThanOrEqual(limit);
              if (page.length === 0) break;
              found.push(...page);
            }
            expect(found).toEqual(wanted);
          },
        ),
        { seed: 5, numRuns: 30 },
      );
    });

    it("keeps a mebibyte", async () => {
      const space = store.space("acme/a");
      const value = new Uint8Array(1 << 20).map((_, i) => i * 31);
      await space.write("b", "k", value, { ...any, quotaBytes: 2 << 20 });
      expect((await space.get("b", "k"))?.value).toEqual(value);
    });

    it("fails with storage-failed once it is disposed of", async () => {
      const space = store.space("acme/a");
      await space.write("b", "k", bytes("1"), any);
      store[Symbol.dispose]();
      await expect(async () => space.get("b", "k")).rejects.toMatchObject({
        code: "storage-failed",
      });
    });
  });
}
