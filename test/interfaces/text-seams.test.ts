import { expect, test } from "vitest";
import { createDocuments } from "../../src/interfaces/text/documents.ts";
import type * as Contract from "../../src/interfaces/generated/host/text.ts";
import { textInterface } from "../../src/interfaces/text/text.ts";
import { randomFrom, seed, type Random } from "../text/random.ts";
import { answerOf, given, testCaller } from "./caller.ts";

const uri = "file:///a.md";
const parts = ["a", "\r", "\n", "\r\n", "😀", "\ud83d", "\ude00", "\ufeff", "\ufffd", "é"];

function someText(random: Random, most: number): string {
  let text = "";
  for (let left = random(most); left > 0; left--) text += parts[random(parts.length)]!;
  return text;
}

function plugin(text: string) {
  const documents = createDocuments();
  const document = documents.open(uri, text, "markdown");
  const caller = testCaller("acme/tester", { access: "edit" });
  const handle = given<typeof Contract>(textInterface(documents), caller).open(uri);
  return { document, handle };
}

const isBoundary = (bytes: Buffer, at: number): boolean =>
  at === bytes.length || (bytes[at]! & 0xc0) !== 0x80;

// Line and column of a byte by the rule: a place between \r and \n is on the line that they end.
function placeIn(bytes: Buffer, at: number): Contract.Point {
  let [line, start] = [0, 0];
  for (let i = 0; i < at; i++) {
    const whole = bytes[i] === 13 && bytes[i + 1] === 10;
    if (bytes[i] === 10 || (bytes[i] === 13 && !whole)) [line, start] = [line + 1, i + 1];
  }
  return { line, column: at - start };
}

function expectRules(handle: Contract.Document, text: string): void {
  const bytes = Buffer.from(text.toWellFormed());
  const snapshot = handle.snapshot();
  expect(snapshot.size()).toBe(bytes.length);
  expect(snapshot.slice({ start: 0, end: bytes.length })).toBe(text.toWellFormed());
  expect(snapshot.read(0, bytes.length)).toBe(text.toWellFormed());
  for (let at = 0; at <= bytes.length; at++) {
    const mark = { range: { start: at, end: at }, kind: "x" };
    const uses: readonly (() => unknown)[] = [
      () => snapshot.point(at),
      () => snapshot.slice({ start: at, end: at }),
      () => snapshot.read(at, 8),
      () => snapshot.find("a", at),
      () => snapshot.offset(placeIn(bytes, at)),
      () => handle.annotate(snapshot.version(), "layer", [mark]),
    ];
    if (!isBoundary(bytes, at)) {
      const refusal = { err: { tag: "inside-character", val: at } };
      for (const use of uses) expect(answerOf(use)).toEqual(refusal);
      const edit = { range: mark.range, insert: "x" };
      expect(answerOf(() => handle.apply(snapshot.version(), [edit]))).toEqual(refusal);
      continue;
    }
    for (const use of uses) use();
    expect(snapshot.point(at)).toEqual(placeIn(bytes, at));
    expect(snapshot.offset(placeIn(bytes, at))).toBe(at);
    for (const needle of ["\ufffd", "😀", "\ufeff", "\r\n", "\n"]) {
      const found = bytes.indexOf(needle, at);
      const range = { start: found, end: found + Buffer.byteLength(needle) };
      expect(snapshot.find(needle, at)).toEqual(found < 0 ? undefined : range);
    }
  }
}

test(`plugins see one text by one set of rules, wherever the application divides it (seed ${seed})`, () => {
  const random = randomFrom(seed);
  for (let round = 0; round < 10; round++) {
    const { document, handle } = plugin(someText(random, 20));
    expectRules(handle, document.text);
    for (let step = 0; step < 6; step++) {
      const { length } = document.document.text;
      const start = random(length + 1);
      const end = Math.min(length, start + random(3));
      document.document.edit([{ start, end, insert: someText(random, 3) }]);
      expectRules(handle, document.text);
    }
  }
});

test(`what a plugin edits at a seam is what it is told of (seed ${seed})`, () => {
  const random = randomFrom(seed + 1);
  for (let round = 0; round < 200; round++) {
    const text = someText(random, 12);
    const { document, handle } = plugin(text);
    const bytes = Buffer.from(text.toWellFormed());
    const places = [...Array(bytes.length + 1).keys()].filter((at) => isBoundary(bytes, at));
    const [start, end] = [places[random(places.length)]!, places[random(places.length)]!].sort(
      (a, b) => a - b,
    ) as [number, number];
    const insert = someText(random, 3).toWellFormed();
    const [from, to] = [start, end].map((at) => document.document.text.offsetOfByte(at));
    handle.apply(1n, [{ range: { start, end }, insert }]);
    // Two halves that a plugin's edit brings together are one character.
    expect(document.text).toBe(text.slice(0, from) + insert + text.slice(to));
    expectRules(handle, document.text);
    let seen = bytes;
    for (const edit of handle.changesSince(1n)!.edits.toReversed()) {
      seen = Buffer.concat([
        seen.subarray(0, edit.range.start),
        Buffer.from(edit.insert),
        seen.subarray(edit.range.end),
      ]);
    }
    expect(seen.toString()).toBe(document.text.toWellFormed());
  }
});

test("a document's URI is the same to plugins: half of a character in it is refused", () => {
  const documents = createDocuments();
  expect(() => documents.open("file:///\ud83d", "text")).toThrowError(
    expect.objectContaining({ code: "usage" }),
  );
  expect(documents.all()).toEqual([]);
});
