import { describe, expect, test } from "vitest";
import { utf8Encoder } from "../../src/utf8.ts";
import { ChangeSet, TextDocument, Utf8View } from "../../src/text/index.ts";
import type { TextEdit, Utf8ViewOptions } from "../../src/text/index.ts";
import { applied } from "./arbitrary.ts";
import { randomFrom, seed, someText } from "./random.ts";
import type { Random } from "./random.ts";

function viewed(text: string, options?: Utf8ViewOptions) {
  const document = new TextDocument(text);
  const view = new Utf8View(document.text, options);
  document.track(view);
  return { document, view };
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
// One character for each byte.
const binary = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));
const shown = (changes: ChangeSet | undefined) =>
  changes?.edits.map(({ start, end, insert }) => [start, end, Utf8View.text(insert)]);

// Some edits anywhere, inside of characters and line breaks too.
function someEdits(random: Random, length: number): TextEdit[] {
  const edits: TextEdit[] = [];
  let last = 0;
  for (let i = 1 + random(4); i > 0; i--) {
    const start = last + random(Math.min(length - last, 12) + 1);
    last = Math.min(length, start + random(5));
    edits.push({ start, end: last, insert: random(3) === 0 ? "" : someText(random).slice(0, 9) });
  }
  return edits;
}

// Does a change in bytes to the bytes before it.
function done(before: Uint8Array, changes: ChangeSet): Uint8Array {
  expect(changes.before).toBe(before.length);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, insert } of changes.edits) {
    expect([start, end].every((place) => isBoundary(before, place))).toBe(true);
    expect(binary(utf8(Utf8View.text(insert)))).toBe(insert);
    parts.push(before.subarray(at, start), bytesOf(insert));
    at = end;
  }
  const after = Uint8Array.from([...parts, before.subarray(at)].flatMap((part) => [...part]));
  expect(changes.after).toBe(after.length);
  return after;
}

function isBoundary(bytes: Uint8Array, at: number): boolean {
  return at === bytes.length || (bytes[at]! & 0xc0) !== 0x80;
}

describe("a view in UTF-8", () => {
  const texts: Record<string, string> = {
    "from nothing": "",
    "ASCII that becomes more": "plain text\r\nof two lines",
    "astral characters": "😀x😀😀\r\n👩‍👩‍👧‍👦é".repeat(3),
    "lone surrogates": "\ud83d\ud83d\ude00\ude00a\ude00\ud83d\r\n".repeat(4),
  };
  test.each(Object.entries(texts))(
    `%s: any run of changes makes the later text of the earlier (seed ${seed})`,
    (_, text) => {
      for (let round = 0; round < 25; round++) {
        const random = randomFrom(seed + round);
        const { document, view } = viewed(text);
        const versions = [document.text.toString()];
        for (let i = 0; i < 40; i++) {
          const before = document.version;
          const step = random(12);
          if (step === 0) document.undo();
          else if (step === 1) document.redo();
          else document.edit(someEdits(random, document.text.length));
          if (document.version > before) versions.push(document.text.toString());
        }
        expect(view.version).toBe(document.version);
        for (let i = 0; i < 60; i++) {
          const from = random(versions.length);
          const to = from + random(versions.length - from);
          const changes = view.between(from, to)!;
          expect(done(utf8(versions[from]!), changes)).toEqual(utf8(versions[to]!));
        }
        const inUnits = document.changesSince(0)!;
        expect(applied(text, inUnits.edits)).toBe(versions.at(-1));
      }
    },
  );

  test("replaces a whole character where an edit divides one or makes one of two halves", () => {
    const { document, view } = viewed("a😀b");
    document.edit([{ start: 2, end: 2, insert: "x" }]);
    expect(shown(view.between(0, 1))).toEqual([[1, 5, "\ufffdx\ufffd"]]);
    document.edit([{ start: 2, end: 3, insert: "" }]);
    expect(shown(view.between(1, 2))).toEqual([[1, 8, "😀"]]);
    document.edit([{ start: 1, end: 2, insert: "\ud83e" }]);
    expect(shown(view.between(2, 3))).toEqual([[1, 5, "🨀"]]);
    document.edit([{ start: 0, end: 1, insert: "é" }]);
    expect(shown(view.between(3, 4))).toEqual([[0, 1, "é"]]);
    expect(shown(view.between(0, 4))).toEqual([[0, 5, "é🨀"]]);
  });

  test("is the change itself where all is ASCII", () => {
    const { document, view } = viewed("one two");
    document.edit([{ start: 4, end: 7, insert: "three" }]);
    expect(view.between(0, 1)).toBe(document.changesSince(0));
  });

  test("does not put into bytes what is too large for it to remember, and knows what comes after", () => {
    let encoded = 0;
    // Its own property hides that of the class until it is taken away again.
    Object.defineProperty(utf8Encoder, "encode", {
      configurable: true,
      value: (text: string) => (encoded++, TextEncoder.prototype.encode.call(utf8Encoder, text)),
    });
    const { document, view } = viewed("é", { inserted: 100 });
    const large = "€".repeat(101);
    document.edit([{ start: 0, end: 0, insert: large }]);
    document.edit([{ start: 1, end: 102, insert: `${large}!` }]);
    expect(encoded).toBe(0);
    expect([view.between(0, 2), view.between(1, 2), view.between(0, 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(view.between(2, 2)).toMatchObject({ before: 307, after: 307 });
    document.edit([{ start: 1, end: 2, insert: "ö" }]);
    expect(shown(view.between(2, 3))).toEqual([[3, 6, "ö"]]);
    expect(encoded).toBe(1);
    Reflect.deleteProperty(utf8Encoder, "encode");
  });

  test("knows no version that is to come, and forgets the oldest beyond its limits", () => {
    const { document, view } = viewed("é", { changes: 3 });
    for (let i = 0; i < 5; i++) document.edit([{ start: 0, end: 0, insert: "€" }]);
    expect(shown(view.between(2, 5))).toEqual([[0, 0, "€€€"]]);
    expect([view.between(1, 5), view.between(0, 0), view.between(5, 6)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([view.between(-1, 0), view.between(0.5, 2), view.between(4, 3)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([view.between(5, 5)?.before, view.between(3, 3)?.before]).toEqual([17, 11]);
    for (const options of [{ edits: 3 }, { inserted: 3 }]) {
      const { document: other, view: forgetful } = viewed("", options);
      for (let i = 0; i < 5; i++) other.edit([{ start: 0, end: 0, insert: "€" }]);
      expect(forgetful.between(2, 5)).toBeDefined();
      expect(forgetful.between(1, 5)).toBeUndefined();
    }
  });
});
