import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TenonError } from "../../src/errors.ts";
import { readManifestJson } from "../../src/plugin/manifest/manifest-json.ts";

function faultOf(source: string | Uint8Array): { code: string; path: unknown } {
  try {
    readManifestJson(source);
  } catch (error) {
    if (error instanceof TenonError) return { code: error.code, path: error.data["path"] };
    throw error;
  }
  return { code: "accepted", path: undefined };
}

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + close.repeat(depth);
}

test("a byte order mark before it is passed over, one and no more", () => {
  const text = '\ufeff{"name":"a/b"}';
  expect(readManifestJson(text)).toEqual({ name: "a/b" });
  expect(readManifestJson(new TextEncoder().encode(text))).toEqual({ name: "a/b" });
  expect(() => readManifestJson(`\ufeff${text}`)).toThrow(
    expect.objectContaining({ code: "manifest-syntax" }),
  );
});

describe("what a manifest may not be", () => {
  test.each([
    ["a key twice", '{"a":1,"a":2}', "manifest-duplicate-key", "/a"],
    [
      "a key twice, written differently",
      '{"a":{"b":1,"\\u0062":2}}',
      "manifest-duplicate-key",
      "/a/b",
    ],
    ["a key twice, deep in a list", '[0,{"x/y":1,"x/y":1}]', "manifest-duplicate-key", "/1/x~1y"],
    ["__proto__", '{"__proto__":{"admin":true}}', "manifest-forbidden-key", "/__proto__"],
    ["__proto__, escaped", '{"a":{"\\u005f_proto__":1}}', "manifest-forbidden-key", "/a/__proto__"],
    ["constructor", '{"a":[{"constructor":1}]}', "manifest-forbidden-key", "/a/0/constructor"],
    ["prototype", '{"prototype":1}', "manifest-forbidden-key", "/prototype"],
    ["17 levels", nested(17, "[", "]"), "manifest-too-deep", `${"/0".repeat(16)}`],
    ["100,000 levels", nested(30_000, "[", "]"), "manifest-too-deep", `${"/0".repeat(16)}`],
    ["17 objects", `${'{"a":'.repeat(17)}1${"}".repeat(17)}`, "manifest-too-deep", "/a".repeat(16)],
    ["half a surrogate pair", '{"a":"\\ud800"}', "manifest-text", "/a"],
    ["a number beyond all", '{"a":1e999}', "manifest-syntax", "/a"],
    ["nothing", "", "manifest-syntax", ""],
    ["two values", "{} {}", "manifest-syntax", ""],
    ["a comment", "{/* */}", "manifest-syntax", ""],
    ["a comma too many", '{"a":1,}', "manifest-syntax", ""],
    ["single quotes", "{'a':1}", "manifest-syntax", ""],
    ["cut off", '{"a":[1,{"b":"', "manifest-syntax", "/a/1/b"],
    ["a line break in a string", '{"a":"\n"}', "manifest-syntax", "/a"],
    ["a zero too many", '{"a":01}', "manifest-syntax", ""],
    ["NaN", '{"a":NaN}', "manifest-syntax", "/a"],
  ])("%s", (_, text, code, path) => {
    expect(faultOf(text)).toEqual({ code, path });
  });

  test("larger than 64 KiB, in bytes", () => {
    const text = (length: number, letter: string) => JSON.stringify(letter.repeat(length));
    expect(faultOf(text(65_534, "a")).code).toBe("accepted");
    expect(faultOf(text(65_535, "a")).code).toBe("manifest-too-large");
    expect(faultOf(text(32_768, "é")).code).toBe("manifest-too-large");
    expect(faultOf(new Uint8Array(65_537)).code).toBe("manifest-too-large");
  });

  test("invalid UTF-8", () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ]) {
      expect(faultOf(Uint8Array.from(bytes)).code).toBe("manifest-syntax");
    }
  });

  test("says on which line", () => {
    expect(() => readManifestJson('{\n  "a": 1,\n  b: 2\n}')).toThrow(
      expect.objectContaining({ data: { path: "", line: 3, column: 3 } }),
    );
  });
});

// JSON by our own rules, from what JSON.parse makes of a text.
function isOurs(value: unknown, depth = 0): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth === 16) return false;
  return Object.entries(value).every(
    ([key, item]) =>
      !["__proto__", "constructor", "prototype"].includes(key) &&
      key.isWellFormed() &&
      isOurs(item, depth + 1),
  );
}

describe("beside JSON.parse", () => {
  test("reads every value the same, however it is spaced and escaped", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5, stringUnit: "binary" }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        (text, indent, escape) => {
          const value: unknown = JSON.parse(text);
          fc.pre(isOurs(value));
          let written = JSON.stringify(value, undefined, indent);
          if (escape) {
            written = written.replace(
              /[\u0080-\uffff]/g,
              (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
            );
          }
          expect(readManifestJson(written)).toEqual(value);
          expect(readManifestJson(new TextEncoder().encode(written))).toEqual(value);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("what it accepts of damaged texts, JSON.parse accepts and reads the same; it refuses only by its rules", () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(..."{}[]\",:0-+.eE1\\untf \n\u0000/*'", "")), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([text, edits]) =>
        edits.reduce((now, [at, by]) => {
          const index = at % (now.length + 1);
          return now.slice(0, index) + by + now.slice(index + 1);
        }, text),
      );
    fc.assert(
      fc.property(damaged, (text) => {
        let expected: { value: unknown } | undefined;
        try {
          expected = { value: JSON.parse(text) };
        } catch {
          expected = undefined;
        }
        const { code } = faultOf(text);
        if (code === "accepted") {
          expect(expected).toBeDefined();
          expect(readManifestJson(text)).toEqual(expected?.value);
        } else if (expected && isOurs(expected.value)) {
          expect(code).toBe("manifest-duplicate-key");
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
