import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { createInterner } from "../../src/pool/index.ts";

const encoder = new TextEncoder();

describe("the interner", () => {
  it("gives the string of the bytes, whatever it was asked before", () => {
    const interner = createInterner({ entries: 16 });
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 40 }),
        fc.nat(5),
        fc.nat(5),
        (text, before, after) => {
          const utf8 = encoder.encode(text);
          const bytes = new Uint8Array(before + utf8.byteLength + after).fill(0xff);
          bytes.set(utf8, before);
          expect(interner.read(bytes, before, utf8.byteLength)).toBe(text);
          expect(interner.read(bytes, before, utf8.byteLength)).toBe(text);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("tells texts apart that differ in one byte or in length", () => {
    const interner = createInterner();
    const texts: string[] = [];
    for (let length = 0; length <= 33; length++) {
      texts.push("a".repeat(length), "\0".repeat(length));
      for (let at = 0; at < length; at++)
        texts.push("a".repeat(length).replace(/a/g, (_, i) => (i === at ? "b" : "a")));
    }
    for (let round = 0; round < 2; round++) {
      for (const text of texts) {
        const bytes = encoder.encode(text);
        expect(interner.read(bytes, 0, bytes.byteLength)).toBe(text);
      }
    }
  });

  it("makes no string for bytes that it knows", () => {
    let decoded = 0;
    const decoder = new TextDecoder();
    const interner = createInterner({
      decode: (bytes) => {
        decoded += 1;
        return decoder.decode(bytes);
      },
    });
    const words = ["name", "content-type", "constructor", "__proto__", ""];
    for (let i = 0; i < 100; i++) {
      for (const word of words) interner.read(encoder.encode(word), 0, word.length);
    }
    expect(decoded).toBe(words.length);
    expect(interner.statistics()).toEqual({
      hits: 495,
      misses: 5,
      long: 0,
      bytesSaved: 99 * (4 + 12 + 11 + 9),
      entries: 5,
    });
  });

  it("is bounded, and keeps what is used", () => {
    const interner = createInterner({ entries: 64 });
    const hot = encoder.encode("hot");
    for (let i = 0; i < 10_000; i++) {
      const bytes = encoder.encode(`cold ${i}`);
      interner.read(bytes, 0, bytes.byteLength);
      interner.read(hot, 0, 3);
    }
    const { entries, hits } = interner.statistics();
    expect(entries).toBeLessThanOrEqual(64);
    expect(hits).toBeGreaterThan(9_900);
  });

  it("decodes what is longer than 32 bytes and doesn't keep it", () => {
    const interner = createInterner();
    const bytes = encoder.encode("x".repeat(33));
    expect(interner.read(bytes, 0, 33)).toBe("x".repeat(33));
    expect(interner.statistics()).toMatchObject({ long: 1, entries: 0 });
  });

  it("refuses what isn't UTF-8 each time, and keeps a byte order mark", () => {
    const interner = createInterner();
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      for (let i = 0; i < 2; i++) {
        expect(() => interner.read(new Uint8Array(bytes), 0, bytes.length)).toThrow(TypeError);
      }
    }
    expect(interner.read(new Uint8Array([0xef, 0xbb, 0xbf, 65]), 0, 4)).toBe("\ufeffA");
    expect(interner.statistics().entries).toBe(1);
  });

  it("forgets all when told to", () => {
    const interner = createInterner();
    interner.read(encoder.encode("a"), 0, 1);
    interner.clear();
    expect(interner.statistics().entries).toBe(0);
    expect(interner.read(encoder.encode("a"), 0, 1)).toBe("a");
    expect(interner.statistics().misses).toBe(2);
  });
});
