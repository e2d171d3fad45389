import { describe, expect, test } from "vitest";
import { TextBuffer, TextSearch } from "../../src/text/index.ts";
import { randomFrom, seed } from "./random.ts";

// Some 250,000 units, so that a search reads several stretches, with something to find at their ends.
function someDocument(seed: number): string {
  const random = randomFrom(seed);
  const parts = [
    "word",
    " ",
    "\n",
    "\r\n",
    "ab",
    "aab",
    "x",
    "😀",
    "\ud83d",
    "É",
    "line of text",
    "z",
  ];
  let text = "";
  while (text.length < 250_000) {
    text += parts[random(parts.length)]!;
    if (random(500) === 0) text += "x".repeat(random(3000));
  }
  return text;
}

const document = someDocument(seed);
const buffer = new TextBuffer(document);

function expected(expression: RegExp): string[] {
  return Array.from(document.matchAll(expression), (m) => `${m.index}+${m[0].length} ${m[1]}`);
}

describe(`a search finds what matchAll does (seed ${seed})`, () => {
  test.each([
    /word/g,
    /a+b/g,
    /(x+)z?/g,
    /\bword\b/g,
    /^line/gm,
    /text$/gm,
    /$/g,
    /^/g,
    /^$/gm,
    /(?<=ab)x/g,
    /x(?=z)/g,
    /x(?!z)/g,
    /\r\n|\r|\n/g,
    /(?:)/gu,
    /(?:)/g,
    /\u{1f600}/gu,
    /\ud83d/g,
    /\ud83d/gu,
    /é/giu,
    /z[^]{0,300}?(É)/g,
    /^.*word.*$/gm,
    /(?<first>w)o\w+/g,
    /not there/g,
    /[^]*/g,
    /x+$/g,
  ])("%s", (expression) => {
    const found = [...new TextSearch(buffer, expression)];
    expect(found.map((m) => `${m.start}+${m.end - m.start} ${m.captures[0]}`)).toEqual(
      expected(expression),
    );
  });

  test.each([
    "word",
    "\n",
    "😀",
    "xxxxxxx",
    "line of text",
    "ab😀",
    "\r\nword",
    "not there",
    "\ud83d",
  ])("the string %j", (needle) => {
    const expression = new RegExp(needle.replaceAll("\ud83d", "\\ud83d"), "g");
    const found = [...new TextSearch(buffer, needle)];
    const starts = Array.from(document.matchAll(expression), (match) => match.index);
    if (needle === "😀") starts.splice(0, Infinity, ...indices(needle));
    if (needle === "ab😀") starts.splice(0, Infinity, ...indices(needle));
    expect(found.map((match) => match.start)).toEqual(starts);
  });
});

test("a long needle is found wherever it is, in a time that does not depend on how it fails", () => {
  const needle = `${"x".repeat(40)}y`;
  const text = `${needle}${"x".repeat(70_000)}y${needle}x`;
  const starts = [...new TextSearch(new TextBuffer(text), needle)].map((match) => match.start);
  expect(starts).toEqual([0, 70_001, 70_042]);
  // So long a needle in so long a text: needle × text would be minutes.
  const hostile = new TextBuffer("x".repeat(4 << 20));
  expect(new TextSearch(hostile, `${"x".repeat(30_000)}y${"x".repeat(30_000)}`).next()).toBe(
    undefined,
  );
});

test(`needles of all lengths are found where a naive search finds them (seed ${seed})`, () => {
  const random = randomFrom(seed);
  const repeated = (parts: number): string => {
    const words = ["a", "ab", "aab", "é", "\u{1f600}", "\r\n"];
    const made = Array.from({ length: 1 + random(parts) }, () =>
      words[random(words.length)]!.repeat(random(60)),
    );
    return made.join("");
  };
  for (let left = 300; left > 0; left--) {
    const text = repeated(12);
    const other = repeated(3);
    const from = random(text.length + 1);
    const own = text.slice(from, from + random(400));
    for (const needle of [own, other, own + other, `${own}b`, `b${own}`]) {
      if (needle === "") continue;
      const at = random(text.length + 1);
      const found = text.indexOf(needle, at);
      const match = new TextSearch(new TextBuffer(text), needle, { from: at }).next();
      expect(match?.start ?? -1, JSON.stringify({ text, needle, at })).toBe(found);
    }
  }
});

test("a lone surrogate is found as U+FFFD where the text is to be seen as UTF-8", () => {
  const text = new TextBuffer("a\ud83d\ud83d\ude00\ufffd\ude00");
  const starts = (needle: string, wellFormed: boolean): number[] =>
    [...new TextSearch(text, needle, { wellFormed })].map((match) => match.start);
  expect(starts("\ufffd", true)).toEqual([1, 4, 5]);
  expect(starts("\ufffd", false)).toEqual([4]);
  expect(starts("😀", true)).toEqual([2]);
});

function indices(needle: string): number[] {
  const found: number[] = [];
  for (
    let at = document.indexOf(needle);
    at >= 0;
    at = document.indexOf(needle, at + needle.length)
  ) {
    found.push(at);
  }
  return found;
}

describe("a search", () => {
  test("stops when its time is up and goes on later, on the text as it was", () => {
    const text = new TextBuffer("needle in the hay ".repeat(50_000));
    const search = new TextSearch(text, /n\w+e/);
    let now = 0;
    const clock = (): number => (now += 1);
    let count = 0;
    let rounds = 0;
    for (let done = false; !done; rounds++) {
      const result = search.run({ clock, milliseconds: 100 });
      count += result.matches.length;
      done = result.done;
      text.insert(0, "needle ");
      expect(search.done).toBe(done);
    }
    expect(count).toBe(50_000);
    expect(rounds).toBeGreaterThan(400);
    expect(search.run()).toEqual({ matches: [], done: true });
    expect(search.position).toBe(18 * 50_000);
  });

  test("gives what groups have matched", () => {
    const [match] = new TextSearch(new TextBuffer("key = value"), /(?<key>\w+) = (\w+)/).run()
      .matches;
    expect(match).toEqual({
      start: 0,
      end: 11,
      captures: ["key", "value"],
      groups: { key: "key" },
    });
  });

  test("can ignore case and ask for whole words, whatever the script", () => {
    const text = new TextBuffer("Straße STRASSE straße Straßen ändern");
    const starts = (pattern: string, options: object): number[] =>
      [...new TextSearch(text, pattern, options)].map((match) => match.start);
    expect(starts("straße", {})).toEqual([15]);
    expect(starts("straße", { ignoreCase: true })).toEqual([0, 15, 22]);
    expect(starts("straße", { ignoreCase: true, wholeWord: true })).toEqual([0, 15]);
    expect(starts("ndern", { wholeWord: true })).toEqual([]);
    expect(starts("(", { ignoreCase: true })).toEqual([]);
  });

  test("keeps to a range, but sees around it", () => {
    const text = new TextBuffer("aXbXcXd");
    const starts = (from: number, to: number, pattern: string | RegExp): number[] =>
      [...new TextSearch(text, pattern, { from, to })].map((match) => match.start);
    expect(starts(2, 5, "X")).toEqual([3]);
    expect(starts(1, 3, /(?<=a)X/)).toEqual([1]);
    expect(starts(0, 2, /X(?=b)/)).toEqual([1]);
    expect(starts(0, 3, "bX")).toEqual([]);
    expect(() => starts(0, 8, "X")).toThrowError(expect.objectContaining({ code: "text-range" }));
  });

  test("the empty string is found nowhere", () => {
    expect([...new TextSearch(buffer, "")]).toEqual([]);
  });

  test("a needle longer than a stretch, and a match over everything", () => {
    const needle = "0123456789".repeat(10_000);
    const text = new TextBuffer(`${"x".repeat(70_000)}${needle}y${needle}`);
    const found = [...new TextSearch(text, needle)].map((match) => match.start);
    expect(found).toEqual([70_000, 170_001]);
    expect([...new TextSearch(text, /y[^]*9/)].map((match) => match.end)).toEqual([270_001]);
  });
});
