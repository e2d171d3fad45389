import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { bytesCodec, crc32, openEntry, sealEntry, structuredCodec } from "../../src/cache/index.ts";
import { metadata } from "./world.ts";

const { encode, decode } = structuredCodec;

// Maps and sets as lists, so that the order counts.
function inOrder(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(inOrder) };
  if (value instanceof Set) return { set: [...value].map(inOrder) };
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date || value instanceof Uint8Array) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  return { prototype, fields: Object.entries(value).map(([key, one]) => [key, inOrder(one)]) };
}

describe("the structured codec", () => {
  it("gives back exactly what it took", () => {
    const leaf = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.bigInt(),
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme", maxLength: 100 }),
      // Lone surrogates among them.
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc.uint8Array(),
      fc.date({ noInvalidDate: false }),
    );
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaf,
        fc.array(tie("value")),
        fc.dictionary(fc.string(), tie("value"), { noNullPrototype: false }),
        fc.array(fc.tuple(tie("value"), tie("value"))).map((pairs) => new Map(pairs)),
        fc.array(tie("value")).map((items) => new Set(items)),
      ),
    })).value;
    fc.assert(
      fc.property(value, (one) => {
        expect(inOrder(decode(encode(one)))).toStrictEqual(inOrder(one));
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps what JSON loses", () => {
    for (const one of [
      -0,
      Number.NaN,
      -Infinity,
      2 ** 53,
      -(2 ** 53) + 1,
      10n ** 40n,
      -5n,
      "\ud800",
    ]) {
      expect(decode(encode(one))).toBe(one);
    }
    const bare = Object.assign(Object.create(null), { a: 1 }) as object;
    expect(Object.getPrototypeOf(decode(encode(bare)))).toBeNull();
  });

  it("takes __proto__ for a name like any other", () => {
    const evil: unknown = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
    const back = decode(encode(evil)) as object;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.keys(back)).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("refuses what it can't give back", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    class Point {
      x = 1;
    }
    const sparse = [1, 2, 3];
    delete sparse[1];
    for (const one of [
      () => 1,
      Symbol("s"),
      new Point(),
      cycle,
      /x/,
      new Float32Array(2),
      { [Symbol("s")]: 1 },
      sparse,
      new Uint8ClampedArray(1),
    ]) {
      expect(() => encode(one)).toThrow(expect.objectContaining({ code: "cache-value" }));
    }
  });

  it("refuses any altered bytes, or gives a value, and never anything else", () => {
    const whole = encode({ a: [1, "two", new Map([[3n, new Date(4)]])], b: new Uint8Array(20) });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, cut) => {
        const bytes = whole.slice(0, whole.length - (cut % 3 === 0 ? cut : 0));
        if (at < bytes.length) bytes[at] = byte;
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "cache-value" });
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it("refuses a count that claims more than there is before it makes room", () => {
    for (const tag of [8, 9, 10, 12, 13, 14, 15]) {
      const bytes = new Uint8Array([tag, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
      expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: "cache-value" }));
    }
  });
});

describe("the bytes codec", () => {
  it("takes bytes as they are and nothing else", () => {
    const bytes = new Uint8Array([1, 2]);
    expect(bytesCodec.decode(bytesCodec.encode(bytes))).toBe(bytes);
    expect(() => bytesCodec.encode("text" as unknown as Uint8Array)).toThrow(
      expect.objectContaining({ code: "cache-value" }),
    );
  });
});

describe("the checksum", () => {
  // By the definition, bit by bit.
  const slow = (bytes: Uint8Array, seed: number): number => {
    let crc = ~seed;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };

  it("is the CRC-32 of everybody else", () => {
    expect(crc32(new TextEncoder().encode("123456789"), 0)).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (bytes, seed) => {
        expect(crc32(bytes, seed)).toBe(slow(bytes, seed));
      }),
    );
  });
});

describe("a sealed entry", () => {
  const entry = {
    payload: new TextEncoder().encode("payload"),
    metadata: metadata({ tags: ["t"], freshUntil: 5 }),
  };
  const sealed = sealEntry("key", entry);

  it("opens for its key", () => {
    const opened = openEntry("key", sealed)!;
    expect(new Uint8Array(opened.payload)).toEqual(entry.payload);
    expect(opened.metadata).toEqual(entry.metadata);
  });

  it("doesn't open for another key", () => {
    expect(openEntry("kez", sealed)).toBeUndefined();
    expect(openEntry("ke", sealed)).toBeUndefined();
  });

  it("doesn't open with any bit flipped, or any part missing", () => {
    for (let bit = 0; bit < sealed.byteLength * 8; bit++) {
      const flipped = sealed.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(openEntry("key", flipped)).toBeUndefined();
    }
    for (let length = 0; length < sealed.byteLength; length++) {
      expect(openEntry("key", sealed.subarray(0, length))).toBeUndefined();
    }
  });
});
