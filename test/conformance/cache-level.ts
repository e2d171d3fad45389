import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as fc from "fast-check";
import type { CacheLevel, EntryMetadata, StoredEntry } from "../../src/cache/index.ts";
import { metadata } from "../cache/world.ts";

export interface LevelUnderTest {
  readonly level: CacheLevel;
  /** Closes it and opens it again, where what was acknowledged survives that. */
  readonly reopen?: () => Promise<CacheLevel>;
  readonly dispose?: () => Promise<void>;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const entry = (text: string, more: Partial<EntryMetadata> = {}): StoredEntry => ({
  payload: bytes(text),
  metadata: metadata(more),
});
const plain = (found: StoredEntry | undefined): StoredEntry | undefined =>
  found && { payload: new Uint8Array(found.payload), metadata: found.metadata };

/**
 * What every level promises, whatever is behind it. The level must hold at least 1,000 small
 * entries.
 */
export function cacheLevelSuite(name: string, open: () => Promise<LevelUnderTest>): void {
  describe(`${name} as a cache level`, () => {
    let under: LevelUnderTest;
    let level: CacheLevel;

    beforeEach(async () => {
      under = await open();
      level = under.level;
    });
    afterEach(() => under.dispose?.());

    it("has nothing at first", async () => {
      expect(await level.get("a")).toBeUndefined();
    });

    it("gives back what was set, the payload and all that is known of it", async () => {
      const full: Partial<EntryMetadata> = {
        created: 5.5,
        freshUntil: 10,
        staleUntil: 20,
        keepUntil: 30,
        dependsOn: ["b", "ü\u{1F600}"],
        tags: ["t"],
        events: ["e"],
        run: "r",
      };
      await level.set("a", entry("one", full));
      expect(plain(await level.get("a"))).toEqual(entry("one", full));
    });

    it("gives back empty payloads and negative entries", async () => {
      await level.set("a", entry("", { absent: true }));
      expect(plain(await level.get("a"))).toEqual(entry("", { absent: true }));
    });

    it("replaces", async () => {
      await level.set("a", entry("one"));
      await level.set("a", entry("a longer two", { tags: ["t"] }));
      expect(plain(await level.get("a"))).toEqual(entry("a longer two", { tags: ["t"] }));
      await level.set("a", entry("3"));
      expect(plain(await level.get("a"))).toEqual(entry("3"));
    });

    it("deletes, also what it doesn't have", async () => {
      await level.set("a", entry("one"));
      await level.delete("a");
      await level.delete("a");
      await level.delete("never");
      expect(await level.get("a")).toBeUndefined();
      await level.set("a", entry("again"));
      expect(plain(await level.get("a"))).toEqual(entry("again"));
    });

    it("deletes many", async () => {
      if (level.deleteMany === undefined) return;
      for (const key of ["a", "b", "c"]) await level.set(key, entry(key));
      await level.deleteMany(["a", "c", "never"]);
      expect(await level.get("a")).toBeUndefined();
      expect(plain(await level.get("b"))).toEqual(entry("b"));
      expect(await level.get("c")).toBeUndefined();
    });

    it.each([
      ["few", 1],
      ["most", 8],
      ["all", 10],
    ])("deletes %s of many, some named twice, and goes on as before", async (_, count) => {
      if (level.deleteMany === undefined) return;
      const keys = Array.from({ length: 10 }, (_, i) => `key ${i}`);
      for (const key of keys) await level.set(key, entry(key));
      const doomed = keys.filter((_, i) => (i * 7) % 10 < count);
      await level.deleteMany([...doomed, "never", ...doomed]);
      for (const key of keys) {
        const expected = doomed.includes(key) ? undefined : entry(key);
        expect(plain(await level.get(key))).toEqual(expected);
      }
      expect(level.size?.().entries ?? 10 - count).toBe(10 - count);
      await level.set("key 0", entry("again"));
      await level.deleteMany(keys);
      for (const key of keys) expect(await level.get(key)).toBeUndefined();
      expect(level.size?.().entries ?? 0).toBe(0);
    });

    it("takes any well-formed text as a key, and tells keys apart", async () => {
      const keys = [
        "constructor",
        "__proto__",
        "../../etc/passwd",
        "a/b",
        "a\\b",
        "a\0b",
        "A",
        "a",
        "é",
        "e\u0301",
        "\u{1F600}",
        "x".repeat(1024),
        "CON",
        " ",
      ];
      for (const key of keys) await level.set(key, entry(key));
      for (const key of keys) expect(plain(await level.get(key))).toEqual(entry(key));
    });

    it("clears what starts with a prefix, and all", async () => {
      if (level.clear === undefined) return;
      for (const key of ["a\0x", "a\0y", "ab", "b"]) await level.set(key, entry(key));
      await level.clear("a\0");
      expect(await level.get("a\0x")).toBeUndefined();
      expect(await level.get("a\0y")).toBeUndefined();
      expect(plain(await level.get("ab"))).toEqual(entry("ab"));
      await level.clear("");
      expect(await level.get("ab")).toBeUndefined();
      await level.set("b", entry("after"));
      expect(plain(await level.get("b"))).toEqual(entry("after"));
    });

    it("tells what is in it", async () => {
      if (level.entries === undefined) return;
      await level.set("a", entry("one", { tags: ["t"] }));
      await level.set("b", entry("two", { dependsOn: ["a"] }));
      await level.set("c", entry("three"));
      await level.delete("c");
      const told = [...(await level.entries())].toSorted((x, y) => (x.key < y.key ? -1 : 1));
      expect(told.map(({ key }) => key)).toEqual(["a", "b"]);
      expect(told.map((one) => one.metadata)).toEqual([
        metadata({ tags: ["t"] }),
        metadata({ dependsOn: ["a"] }),
      ]);
    });

    it("tells its size", async () => {
      if (level.size === undefined) return;
      await level.set("a", entry("one"));
      await level.set("b", entry("two"));
      await level.flush?.();
      expect(level.size().entries).toBe(2);
      expect(level.size().bytes).toBeGreaterThanOrEqual(0);
    });

    it("keeps a payload of 256 KiB whole", async () => {
      const payload = Uint8Array.from({ length: 262_144 }, (_, i) => (i * 31) >>> 3);
      await level.set("large", { payload, metadata: metadata() });
      expect(await level.get("large")).toBeDefined();
      expect(plain(await level.get("large"))?.payload).toEqual(payload);
    });

    it("isn't changed by who writes to what it gave", async () => {
      await level.set("a", entry("one"));
      const first = await level.get("a");
      const copy = new Uint8Array(first!.payload);
      await level.set("b", entry("two"));
      await level.get("b");
      expect(new Uint8Array(first!.payload)).toEqual(copy);
    });

    it("has what was acknowledged after it was opened again", async () => {
      if (under.reopen === undefined) return;
      await level.set("a", entry("one", { tags: ["t"], freshUntil: 7 }));
      await level.set("b", entry("two"));
      await level.set("b", entry("two, newer"));
      await level.set("c", entry("three"));
      await level.delete("c");
      const again = await under.reopen();
      expect(plain(await again.get("a"))).toEqual(entry("one", { tags: ["t"], freshUntil: 7 }));
      expect(plain(await again.get("b"))).toEqual(entry("two, newer"));
      expect(await again.get("c")).toBeUndefined();
      await again.close?.();
    });

    it("behaves like a map under any sequence of calls", async () => {
      const key = fc.constantFrom("a", "b", "c", "d\0e", "f");
      const step = fc.oneof(
        fc.record({ tag: fc.constant("set" as const), key, text: fc.string({ maxLength: 300 }) }),
        fc.record({ tag: fc.constant("delete" as const), key }),
        fc.record({ tag: fc.constant("get" as const), key }),
        fc.record({ tag: fc.constant("clear" as const), key: fc.constantFrom("", "d\0", "a") }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          for (const one of ["a", "b", "c", "d\0e", "f"]) await level.delete(one);
          const model = new Map<string, string>();
          for (const one of steps) {
            if (one.tag === "set") {
              await level.set(one.key, entry(one.text));
              model.set(one.key, one.text);
            } else if (one.tag === "delete") {
              await level.delete(one.key);
              model.delete(one.key);
            } else if (one.tag === "clear" && level.clear !== undefined) {
              await level.clear(one.key);
              for (const held of model.keys()) if (held.startsWith(one.key)) model.delete(held);
            } else if (one.tag === "get") {
              const text = model.get(one.key);
              expect(plain(await level.get(one.key))).toEqual(
                text === undefined ? undefined : entry(text),
              );
            }
          }
          for (const [held, text] of model)
            expect(plain(await level.get(held))).toEqual(entry(text));
        }),
        { numRuns: 40 },
      );
    });
  });
}
