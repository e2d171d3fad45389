import * as fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { canonicalText } from "../../src/plugin/gate/canonical-text.ts";
import { pureCopy } from "../../src/plugin/gate/pure-copy.ts";

const leaf = fc.oneof(
  fc.string({ unit: "binary", maxLength: 3 }),
  fc.constantFrom("", "1", "1n", "null", "undefined", '"', "\ud800", "\0", "[", "{"),
  fc.constantFrom(0, -0, 1, -1, 0.5, Number.NaN, Infinity, 2 ** 60),
  fc.constantFrom(0n, 1n, 2n ** 64n - 1n),
  fc.boolean(),
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 3 }),
);
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("node"), { maxLength: 3 }),
    fc.record({ tag: fc.constantFrom("a", "b"), val: tie("node") }),
    fc.dictionary(fc.constantFrom("x", "y", "__proto__", "constructor"), tie("node")),
  ),
})).node;

// Fields that hold undefined are as good as none.
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return new Map(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, bare(each)]),
  );
}

test("two values have one text exactly where they are the same", () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      expect(canonicalText(one) === canonicalText(other)).toBe(
        isDeepStrictEqual(bare(one), bare(other)),
      );
    }),
    { numRuns: 3_000 },
  );
});

test("the order of fields does not count", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), leaf, { maxKeys: 5 }), (one) => {
      const turned = Object.fromEntries(Object.entries(one).reverse());
      expect(canonicalText(turned)).toBe(canonicalText(one));
    }),
  );
});

test("a copy is the same value, frozen, and shares nothing with it", () => {
  fc.assert(
    fc.property(value, (one) => {
      const copy = pureCopy(one, 1 << 20)!;
      expect(canonicalText(copy.value)).toBe(canonicalText(one));
      if (one instanceof Uint8Array) {
        expect((copy.value as Uint8Array).buffer).not.toBe(one.buffer);
      } else if (typeof one === "object") {
        expect(copy.value).not.toBe(one);
        expect(Object.isFrozen(copy.value)).toBe(true);
      }
    }),
  );
});

const circle: unknown[] = [];
circle.push(circle);
const getter = Object.defineProperty({}, "x", { enumerable: true, get: () => 1 });

test.each([
  ["an object of a class", new (class Handle {})()],
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
  ["a promise", Promise.resolve(1)],
  ["a date", new Date(0)],
  ["a map", new Map()],
  ["a getter", getter],
  ["a hidden symbol", { [Symbol("s")]: 1 }],
  ["a circle", circle],
  ["a view of a buffer", new DataView(new ArrayBuffer(1))],
  ["one too large", "x".repeat(100_000)],
])("%s is no plain value", (_, odd) => {
  for (const value of [odd, [odd], { deep: { inside: odd } }]) {
    expect(canonicalText(value)).toBeUndefined();
    expect(pureCopy(value, 100_000)).toBeUndefined();
  }
});

test("a copy keeps to its limit, and says what it takes", () => {
  expect(pureCopy("x".repeat(40), 96)).toEqual({ value: "x".repeat(40), bytes: 96 });
  expect(pureCopy("x".repeat(41), 96)).toBeUndefined();
  expect(pureCopy(new Uint8Array(1000), 1000)).toBeUndefined();
});
