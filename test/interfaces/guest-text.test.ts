import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGuestJson } from "../../src/interfaces/contract/guest-json.ts";
import { compareUtf8, cutUtf8, utf8Length } from "../../src/utf8.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "é", "€", "😀", "\ud83d", "\ude00") }),
);
const wellFormed = anyText.map((text) => text.toWellFormed());

describe("UTF-8 of strings", () => {
  it("has as many bytes as an encoder makes", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Length(text)).toBe(bytesOf(text).length);
      }),
      { seed: 1 },
    );
  });

  it("is cut between characters, as late as can be", () => {
    fc.assert(
      fc.property(wellFormed, fc.nat(40), (text, max) => {
        const cut = cutUtf8(text, max);
        expect(text.startsWith(cut)).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
        expect(bytesOf(cut).length).toBeLessThanOrEqual(max);
        if (cut === text) return;
        const next = String.fromCodePoint(text.codePointAt(cut.length)!);
        expect(bytesOf(cut + next).length).toBeGreaterThan(max);
      }),
      { seed: 2, examples: [["\ud83d\ude00x", 3]] },
    );
  });

  it("orders as its bytes do", () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(bytesOf(a), bytesOf(b)));
      }),
      { seed: 3, examples: [["\uffff", "\u{10000}"]] },
    );
  });
});

describe("JSON of guests", () => {
  it("is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!text.includes("__proto__"));
        expect(readGuestJson(text)).toEqual({ tag: "value", value: JSON.parse(text) });
      }),
      { seed: 4 },
    );
  });

  it("may be 64 levels deep and no deeper; brackets in strings do not count", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(readGuestJson(nested(64)).tag).toBe("value");
    expect(readGuestJson(nested(65)).tag).toBe("invalid");
    expect(readGuestJson(JSON.stringify(nested(500) + '\\"[')).tag).toBe("value");
  });

  it("counts its limit in bytes", () => {
    expect(readGuestJson('"éé"', 6).tag).toBe("value");
    expect(readGuestJson('"éé"', 5)).toEqual({ tag: "too-large", limit: 5 });
  });
});
