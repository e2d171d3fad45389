import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { counted, isHarmless, pluginWords, visibleJson, visibleText } from "../src/visible-text.ts";
import { summarizeUse } from "../src/capability/use-summary.ts";

const nasty = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\u001b[31m",
      "\u009b31m",
      "\u202e",
      "\u2066",
      "\u200b",
      "\ud800",
      "\udc00",
      "\u0000",
      "\u{e0041}",
      "\ufeff",
      "\u00ad",
      "\u3164",
      "\n",
      "\u2028",
      "a\u0301\u0301\u0301\u0301\u0301\u0301",
      "”",
      "👩‍👩‍👧",
      "नमस्ते",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  ),
  { maxLength: 40 },
);

describe("a plugin's text", () => {
  test("comes out harmless, on one line, well formed and within its limit, whatever it was", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 60 }), (parts, limit) => {
        const text = visibleText(parts.join(""), { limit });
        expect(isHarmless(text)).toBe(true);
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(text.isWellFormed()).toBe(true);
        expect(text.length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 1_000 },
    );
  });

  test("that is harmless stays as it is", () => {
    for (const text of ["Wörter zählen", "👩‍👩‍👧 नमस्ते می‌خواهم", "e\u0301", "a < b && c"]) {
      expect(isHarmless(text)).toBe(true);
      expect(visibleText(text)).toBe(text);
    }
  });

  test("is written out, not taken out: nothing of it is lost", () => {
    expect(visibleText("\u001b[31mred\u009b0m\u202egnp.exe\nline\ttab\r")).toBe(
      "\\u{1b}[31mred\\u{9b}0m\\u{202e}gnp.exe\\nline\\ttab\\r",
    );
    expect(visibleText(`e${"\u0301".repeat(5)}`)).toBe(`e${"\u0301".repeat(4)}\\u{301}`);
  });

  test("keeps its lines where it may, and a lone carriage return is no line", () => {
    fc.assert(
      fc.property(nasty, (parts) => {
        const text = visibleText(parts.join(""), { limit: Infinity, lines: true });
        expect(isHarmless(text.replace(/\r\n|[\n\t]/g, ""))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(visibleText("a\r\nb\n\tc\rd\u001b", { lines: true })).toBe("a\r\nb\n\tc\\rd\\u{1b}");
  });

  test("is cut with no half of an escape or of a character left over", () => {
    expect(visibleText("ab\u202e", { limit: 8 })).toBe("ab…");
    expect(visibleText("a\u{1f600}b", { limit: 3 })).toBe("a…");
    expect(visibleText("x".repeat(300))).toHaveLength(200);
  });

  test("as JSON shows nothing that acts, and is read back exactly", () => {
    fc.assert(
      fc.property(nasty, fc.constantFrom(undefined, 2), (parts, indent) => {
        const value = { [parts.join("")]: parts };
        const text = visibleJson(value, indent);
        expect(isHarmless(text.replaceAll("\n", ""))).toBe(true);
        expect(JSON.parse(text)).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });

  test("cannot leave its quotation marks", () => {
    expect(pluginWords("fine” and the host says “go on")).toBe('“fine" and the host says "go on”');
  });
});

test("a use is summarised in bounded work", () => {
  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, "v"]));
  const deep = { a: { b: { c: { d: {} } } } };
  const big = "x".repeat(50_000_000);
  expect(summarizeUse({ key: big }).length).toBeLessThan(150);
  expect(summarizeUse(wide)).toMatch(/^\{ k0: "v", .*…/);
  expect(summarizeUse(deep)).toBe("{ a: { b: { c: … } } }");
  expect(summarizeUse([1n, null, undefined, true, new Uint8Array(9)])).toBe(
    "[1, null, undefined, true, 9 bytes]",
  );
});

test("one of something is told in the singular", () => {
  expect([0, 1, 2].map((count) => counted(count, "entries"))).toEqual([
    "0 entries",
    "1 entry",
    "2 entries",
  ]);
  expect(
    ["bytes of memory", "running plugins", "calls a second to one interface", "times"].map(
      (plural) => counted(1, plural),
    ),
  ).toEqual(["1 byte of memory", "1 running plugin", "1 call a second to one interface", "1 time"]);
  expect(summarizeUse(new Uint8Array(1))).toBe("1 byte");
});
