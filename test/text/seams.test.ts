import { describe, expect, test } from "vitest";
import { AnchorSet, MarkerTree, TextDocument, TextSearch } from "../../src/text/index.ts";
import type { SearchOptions, TextEdit, TextView } from "../../src/text/index.ts";
import { applied } from "./arbitrary.ts";
import { randomFrom, seed } from "./random.ts";
import type { Random } from "./random.ts";

// What a text can be divided in: pairs, their halves, line breaks and byte order marks.
const parts = ["a", "\r", "\n", "\r\n", "😀", "\ud83d", "\ude00", "\ufeff", "\ufffd", "é"];

function someText(random: Random, most: number): string {
  let text = "";
  for (let left = random(most); left > 0; left--) text += parts[random(parts.length)]!;
  return text;
}

function someEdits(random: Random, length: number): TextEdit[] {
  const edits: TextEdit[] = [];
  let last = 0;
  for (let left = 1 + random(3); left > 0; left--) {
    const start = last + random(Math.min(length - last, 9) + 1);
    last = Math.min(length, start + random(4));
    edits.push({ start, end: last, insert: someText(random, 4) });
  }
  return edits;
}

const isHalfway = (text: string, at: number): boolean =>
  at > 0 && at < text.length && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));

// Line and column by the rule, from the text alone.
function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const breaks = [...before.matchAll(/\r\n|\n|\r/g)].filter(
    (found) => !(found.index + 1 === offset && found[0] === "\r" && text[offset] === "\n"),
  );
  const last = breaks.at(-1);
  return {
    line: breaks.length,
    column: last === undefined ? offset : offset - last.index - last[0].length,
  };
}

function expectRules(view: TextView, text: string): void {
  expect(view.toString()).toBe(text);
  const bytes = new TextEncoder().encode(text.toWellFormed());
  expect([...view.bytes()].flatMap((part) => [...part])).toEqual([...bytes]);
  expect(view.byteLength).toBe(bytes.length);
  for (let at = 0; at <= text.length; at++) {
    expect(view.positionAt(at)).toEqual(placeIn(text, at));
    expect(view.offsetAt(view.positionAt(at))).toBe(at);
    if (isHalfway(text, at)) {
      const refused = expect.objectContaining({ code: "text-inside-character" });
      expect(() => view.byteAt(at)).toThrowError(refused);
      expect(() => view.codePointsBefore(at)).toThrowError(refused);
    } else {
      const byte = view.byteAt(at);
      expect(byte).toBe(new TextEncoder().encode(text.slice(0, at)).length);
      expect(view.offsetOfByte(byte)).toBe(at);
    }
  }
}

test(`a document and its snapshots keep to the rules, wherever edits divide the text (seed ${seed})`, () => {
  const random = randomFrom(seed);
  for (let round = 0; round < 12; round++) {
    let text = someText(random, 40);
    const document = new TextDocument(text);
    const kept = [{ snapshot: document.snapshot(), text }];
    for (let step = 0; step < 12; step++) {
      const edits = someEdits(random, text.length);
      document.edit(edits);
      text = applied(text, edits);
      expectRules(document.text, text);
      kept.push({ snapshot: document.snapshot(), text });
    }
    for (const { snapshot, text: was } of kept) expectRules(snapshot, was);
    while (document.canUndo) document.undo();
    expectRules(document.text, kept[0]!.text);
  }
});

test(`anchors and markers lie at every position, and move by units (seed ${seed})`, () => {
  const random = randomFrom(seed + 1);
  for (let round = 0; round < 60; round++) {
    const text = someText(random, 30);
    const document = new TextDocument(text);
    const anchors = new AnchorSet(text.length);
    const markers = new MarkerTree<number>(text.length);
    document.track(anchors);
    document.track(markers);
    const placed = Array.from({ length: text.length + 1 }, (_, at) => ({
      at,
      anchor: anchors.add(at, "before"),
      marker: markers.add(at, text.length, at),
    }));
    // One unit in front of everything, then one at a place that may be inside a pair or a break.
    document.edit([{ start: 0, end: 0, insert: "\ude00" }]);
    const place = 1 + random(text.length + 1);
    document.edit([{ start: place, end: place, insert: "\n" }]);
    for (const { at, anchor, marker } of placed) {
      // An anchor that stays before what is inserted at its place moves with the first edit only if behind it.
      const first = at === 0 ? 0 : at + 1;
      expect(anchor.offset).toBe(first > place ? first + 1 : first);
      expect(marker.value).toBe(at);
      expect(marker.start).toBe(at + 1 + (at + 1 >= place ? 1 : 0));
    }
  }
});

describe(`a search from any position, inside a pair too (seed ${seed})`, () => {
  const patterns: readonly (readonly [string | RegExp, SearchOptions])[] = [
    ["😀", {}],
    ["\ude00", {}],
    ["\r\n", {}],
    ["\ufeff", {}],
    ["\ufffd", { wellFormed: true }],
    ["\ude00a", { ignoreCase: true }],
    ["😀", { ignoreCase: true }],
    ["é", { wholeWord: true }],
    [/\ude00/, {}],
    [/[^]/, {}],
    [/[^]/u, {}],
    [/[^]/v, {}],
    [/(?:)/u, {}],
    [/(?:)/, {}],
    [/😀|\ude00/u, {}],
    [/^/mu, {}],
    [/$/mu, { wellFormed: true }],
    [/\r?\n/, { wellFormed: true }],
  ];

  test.each(patterns)("%s %o", (pattern, options) => {
    const random = randomFrom(seed + 2);
    // Long enough for a search to read more than one stretch, and to go on inside of a pair.
    const long = "😀".repeat(20_000 + random(9));
    const texts = Array.from({ length: 60 }, () => someText(random, 14));
    for (const text of [...texts, long, `a${long}`, `${long}a${long}`]) {
      const document = new TextDocument(text);
      const starts =
        text.length < 100 ? Array.from({ length: text.length + 1 }, (_, at) => at) : [0, 1, 2, 3];
      for (const from of starts) {
        const found = [
          ...new TextSearch(document.text, pattern, { ...options, from, reach: 64 }),
        ].map(({ start, end }) => `${start}-${end}`);
        const said = expectedMatches(text, pattern, options, from);
        expect(found.length, JSON.stringify({ text: text.slice(0, 40), from })).toBe(said.length);
        expect(
          found.join() === said.join(),
          JSON.stringify({ from, text: text.slice(0, 40) }),
        ).toBe(true);
      }
    }
  });
});

// By the rule, with JavaScript's own search in one string.
function expectedMatches(
  whole: string,
  pattern: string | RegExp,
  { ignoreCase = false, wholeWord = false, wellFormed = false }: SearchOptions,
  from: number,
): string[] {
  const text = wellFormed ? whole.toWellFormed() : whole;
  const escaped = typeof pattern === "string" ? pattern : pattern.source;
  const flags =
    typeof pattern === "string"
      ? `g${ignoreCase ? "iu" : wholeWord ? "u" : ""}`
      : `${pattern.flags.replace("g", "")}g`;
  const source = wholeWord ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped;
  const expression = new RegExp(source, flags);
  const characters = wellFormed || /[uv]/.test(flags);
  expression.lastIndex = characters && isHalfway(whole, from) ? from + 1 : from;
  const found: string[] = [];
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    found.push(`${match.index}-${match.index + match[0].length}`);
    if (match[0] !== "") continue;
    const wide = /[uv]/.test(flags) && (text.codePointAt(match.index) ?? 0) > 0xffff;
    expression.lastIndex = match.index + (wide ? 2 : 1);
  }
  return found;
}
