import fc from "fast-check";
import { expect, test } from "vitest";
import { TenonError } from "../src/errors.ts";

const KiB = 1024;

function dataOf(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return new TenonError("package-imports", "no", { data }).data;
}

// As a caller that posts or stores it has it.
function bytesOf(value: unknown): number {
  const text = JSON.stringify(value, (_, item: unknown) =>
    typeof item === "bigint" ? String(item) : item,
  );
  return new TextEncoder().encode(text).length;
}

test("what fits is carried as it was given", () => {
  const data = { missing: [{ import: "a:b/c", reason: "unknown" }], offset: 12 };
  expect(dataOf(data)).toBe(data);
  expect(new TenonError("usage", "m").data).toEqual({});
});

test("a list that is too long ends early, and says how many are left out", () => {
  const missing = Array.from({ length: 490_000 }, (_, index) => ({
    import: `f${index}`,
    reason: "kind",
    remedy: "a host offers interfaces, and this is a func outside of one",
  }));
  const data = dataOf({ missing, offset: 7, plugin: "a/b" });
  const kept = data["missing"] as unknown[];
  expect(kept.length).toBeGreaterThan(100);
  expect(kept[99]).toEqual(missing[99]);
  expect(data).toMatchObject({ offset: 7, plugin: "a/b" });
  expect(data["leftOut"]).toEqual({ missing: 490_000 - kept.length });
  expect(bytesOf(data)).toBeLessThanOrEqual(64 * KiB);
});

test("a text that is too long is cut, and says by how much", () => {
  const data = dataOf({ name: "x".repeat(10_000_000), offset: 7 });
  expect(data).toEqual({ name: "x".repeat(1024), offset: 7, leftOut: { name: 9_998_976 } });
  const long = dataOf({ names: Array.from({ length: 100 }, () => "é".repeat(100_000)) });
  expect((long["names"] as string[])[0]).toMatch(/^é{1024}… \(98976 more characters\)$/);
  expect(bytesOf(long)).toBeLessThanOrEqual(64 * KiB);
});

test("a message has a few KiB at most", () => {
  const error = new TenonError("usage", "y".repeat(50_000_000), {
    operation: "z".repeat(100_000),
    data: {},
  });
  expect(error.message).toMatch(/^y{4095}…$/);
  expect(error.operation!.length).toBeLessThan(600);
});

test("64 KiB is the most that any error carries, whatever it was to carry", () => {
  const leaf = fc.oneof(
    fc.integer({ min: 0, max: 60_000 }).map((length) => "\u0000é\ud800x".repeat(length)),
    fc.string({ unit: "binary" }),
    fc.bigInt({ max: 1n << 500n }),
    fc.double(),
    fc.integer({ min: 0, max: 100_000 }).map((length) => new Uint8Array(length)),
    fc.constantFrom(undefined, new Map([["a", 1]]), "__proto__"),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie("tree"), { maxLength: 20 }),
      fc
        .tuple(fc.integer({ min: 0, max: 20_000 }), leaf)
        .map(([length, item]) => Array.from({ length }, () => item)),
      fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("tree"), { maxKeys: 20 }),
    ),
  }));
  const data = fc.dictionary(fc.string(), tree, { maxKeys: 20 });
  fc.assert(
    fc.property(data, (data) => {
      expect(bytesOf(dataOf(data))).toBeLessThanOrEqual(64 * KiB);
    }),
    { numRuns: 200 },
  );
});

test("what is in itself, or shares its parts without end, is carried in part", () => {
  const round: Record<string, unknown> = { offset: 3 };
  round["self"] = round;
  expect(dataOf(round)).toMatchObject({ offset: 3 });
  let doubled: unknown[] = ["part"];
  for (let level = 0; level < 60; level++) doubled = [doubled, doubled];
  expect(bytesOf(dataOf({ doubled, offset: 3 }))).toBeLessThanOrEqual(64 * KiB);
});
