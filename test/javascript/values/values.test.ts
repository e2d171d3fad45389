import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { decodeSettled, decodeValue } from "../../../src/javascript/values/decode.ts";
import { encodeValue, ValueWriter } from "../../../src/javascript/values/encode.ts";
import { encodeOutcomes } from "../../../src/javascript/values/outcomes.ts";
import { ResourceValue } from "../../../src/javascript/values/resource-value.ts";
import { ValueError } from "../../../src/javascript/values/value-error.ts";

const again = (value: unknown): unknown => decodeValue(encodeValue(value, "value"), "value");

describe("values that cross", () => {
  const views = [
    new Uint8Array([1, 2]),
    new Int8Array([-1]),
    new Uint8ClampedArray([255]),
    new Int16Array([-2]),
    new Uint16Array([65_535]),
    new Int32Array([-3]),
    new Uint32Array([2 ** 32 - 1]),
    new Float32Array([0.5]),
    new Float64Array([Math.PI, NaN]),
    new BigInt64Array([-5n]),
    new BigUint64Array([5n]),
    new DataView(new ArrayBuffer(3)),
    new Uint8Array([1, 2, 3, 4]).buffer,
    new Float16Array([1.5]),
  ];
  const leaf = fc.oneof(
    fc.constantFrom(undefined, null, true, false, -0, NaN, Infinity, -(2 ** 31), 2 ** 31),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 })).map((all) => String.fromCharCode(...all)),
    fc.date(),
    fc.uint8Array(),
    fc.constantFrom(...views),
    fc.constantFrom(/a+/giu, new RegExp("[\\p{L}--a]", "v")),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree")),
      fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "then", "toJSON", "0")),
        tie("tree"),
        { noNullPrototype: true },
      ),
      fc.array(fc.tuple(tie("tree"), tie("tree"))).map((pairs) => new Map(pairs)),
      fc.array(tie("tree")).map((all) => new Set(all)),
    ),
  }));

  it("come out as they went in, whatever they are made of", () => {
    fc.assert(
      fc.property(tree, (value) => {
        // A matcher would take the class of an object from a property called "constructor".
        expect(isDeepStrictEqual(again(value), value)).toBe(true);
      }),
    );
  });

  it("have properties of their own, whatever these are called", () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2}');
    const found = again(hostile) as object;
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(Object.keys(found)).toEqual(["__proto__", "constructor", "toString"]);
    expect("polluted" in found).toBe(false);
    expect("polluted" in {}).toBe(false);
  });

  it("may come from another realm", () => {
    const value = runInNewContext(
      "({ d: new Date(5), m: new Map([[1, /x/g]]), e: TypeError('t') })",
    );
    const found = again(value) as { d: Date; m: Map<number, RegExp>; e: Error };
    expect([found.d, found.m]).toEqual([new Date(5), new Map([[1, /x/g]])]);
    expect([found.e.name, found.e.message]).toEqual(["TypeError", "t"]);
  });

  it("lose class, holes and getters, as a clone does", () => {
    class Point {
      x = 1;
      get y(): number {
        return 2;
      }
    }
    const sparse: number[] = [];
    sparse[2] = 1;
    expect(
      again([
        new Point(),
        sparse,
        Object(5),
        {
          get z() {
            return 3;
          },
        },
      ]),
    ).toStrictEqual([{ x: 1 }, [undefined, undefined, 1], 5, { z: 3 }]);
  });

  it("keep what an error says, and nothing of the host's stack", () => {
    const error = Object.assign(new RangeError("out", { cause: { why: 1 } }), { payload: [1n] });
    const found = again(error) as RangeError & { payload: unknown };
    expect(found).toBeInstanceOf(RangeError);
    expect([found.message, found.cause, found.payload]).toEqual(["out", { why: 1 }, [1n]]);
    expect(found.stack).toBe("RangeError: out");
    expect(Object.keys(found)).toEqual(["payload"]);
  });

  it("may be resources, where they are expected", () => {
    const bytes = encodeValue([new ResourceValue(3, 70_000)], "value");
    expect(decodeValue(bytes, "value", { resources: true })).toEqual([
      new ResourceValue(3, 70_000),
    ]);
    expect(() => decodeValue(bytes, "value")).toThrow("it holds a resource");
  });

  it("are outcomes, of which several go together", () => {
    const writer = new ValueWriter();
    const outcomes = [
      { call: 1, outcome: writer.returned({ a: 1 }, "one") },
      { call: 3_000_000_000, outcome: writer.thrown("no", "two") },
    ];
    expect(decodeSettled(encodeOutcomes(outcomes))).toEqual([
      { run: 1, ok: true, value: { a: 1 } },
      { run: 3_000_000_000, ok: false, value: "no" },
    ]);
  });
});

describe("values that cannot cross", () => {
  const cycle: Record<string, unknown> = { a: [{}] };
  (cycle["a"] as unknown[])[1] = { back: cycle };
  const deep = Array.from({ length: 600 }).reduce<unknown>((inner) => [inner], 0);
  it.each([
    ["a function", { a: [1, { b: () => 1 }] }, "result.a[1].b is a function"],
    ["a symbol", [Symbol("s")], "result[0] is a symbol"],
    ["a promise", { "a b": Promise.resolve() }, 'result["a b"] is a promise'],
    ["a cycle", cycle, "result.a[1].back is a cycle: it contains itself"],
    ["one within a map", new Map([["k", [isNaN]]]), "result.k[0] is a function"],
    ["the key of a map", new Map([[isNaN, 1]]), "result (key 0) is a function"],
    ["the member of a set", new Set([1, isNaN]), "result (member 1) is a function"],
    ["a boxed symbol", Object(Symbol("s")), "result is a symbol"],
    ["more than 500 levels", deep, "lies deeper than 500 levels"],
    ["too many digits", 10n ** 20_000n, "result has more than 16384 digits"],
  ])("%s is named by its path", (_, value, message) => {
    const failure = thrownBy(() => encodeValue(value, "result"));
    expect(failure).toBeInstanceOf(ValueError);
    expect((failure as ValueError).message).toContain(message);
  });

  it("include those that are too large, however they grow", () => {
    const bomb = Array.from({ length: 40 }).reduce<unknown>((half) => [half, half], "x");
    for (const value of [bomb, "x".repeat(2_000), new Uint8Array(2_000), Array(2 ** 32 - 1)]) {
      const failure = thrownBy(() => encodeValue(value, "result", { maxBytes: 1_000 }));
      expect((failure as Error).message).toBe("result takes more than 1000 bytes");
    }
    expect(encodeValue("x".repeat(997), "result", { maxBytes: 1_000 })).toHaveLength(1_000);
  });

  it("leave the writer as it was", () => {
    const writer = new ValueWriter();
    expect(() => writer.encode({ a: [isNaN] }, "one")).toThrow(ValueError);
    expect(decodeValue(writer.encode([1], "two"), "two")).toEqual([1]);
  });
});

describe("bytes of a hostile runtime", () => {
  it("are read, or refused by a ValueError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const failure = thrownBy(() => decodeValue(bytes, "result"));
        expect(failure === undefined || failure instanceof ValueError).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it("are refused where a byte of them is another", () => {
    const good = encodeValue(
      { a: [new Map([[1, new Date()]]), new Error("e"), /x/u, 2n ** 70n] },
      "v",
    );
    for (let at = 0; at < good.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const bad = Uint8Array.from(good);
        bad[at]! ^= 1 << bit;
        const failure = thrownBy(() => decodeValue(bad, "result"));
        expect(failure === undefined || failure instanceof ValueError).toBe(true);
        expect(thrownBy(() => decodeValue(good.subarray(0, at), "result"))).toBeInstanceOf(
          ValueError,
        );
      }
    }
  });

  it.each([
    ["an array longer than its bytes", [0x09, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["a text longer than its bytes", [0x07, 0xff, 0xff, 0xff, 0x7f]],
    ["a number of six bytes", [0x07, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["a number over 32 bits", [0x07, 0xff, 0xff, 0xff, 0xff, 0x1f]],
    ["a text that is not UTF-8", [0x07, 0x01, 0xff]],
    ["a regular expression that is none", [0x12, 0x07, 0x01, 0x28, 0x07, 0x00]],
    ["a bigint without digits", [0x06, 0x01, 0x78]],
    ["a typed array that is cut", [0x0c, 0x08, 0x01, 0x00]],
    ["a typed array of no kind", [0x0c, 0x63, 0x00]],
    ["an error whose name is an object", [0x10, 0x0a, 0x00, 0x07, 0x00, 0x07, 0x00, 0x0a, 0x00]],
    ["a property whose name is a number", [0x0a, 0x01, 0x04, 0x02, 0x00]],
    ["bytes after the value", [0x00, 0x00]],
    ["nesting without end", Array.from({ length: 4_000 }).flatMap(() => [0x09, 0x01])],
  ])("%s is refused", (_, bytes) => {
    expect(() => decodeValue(Uint8Array.from(bytes), "result")).toThrow(ValueError);
  });

  it("make no more values than are allowed", () => {
    const bytes = encodeValue(
      Array.from({ length: 100 }, () => ({})),
      "result",
    );
    expect(decodeValue(bytes, "result", { maxValues: 101 })).toHaveLength(100);
    expect(() => decodeValue(bytes, "result", { maxValues: 100 })).toThrow("more than 100 values");
  });

  it("are no outcomes where they have another shape", () => {
    for (const value of [{}, [1], [[1]], [["1", true, 0]], [[1, 1, 0]]]) {
      expect(() => decodeSettled(encodeValue(value, "value"))).toThrow(ValueError);
    }
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}
