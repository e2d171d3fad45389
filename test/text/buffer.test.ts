import { describe, expect, test } from "vitest";
import { TextBuffer } from "../../src/text/index.ts";
import type { TextEdit, TextSnapshot } from "../../src/text/index.ts";
import { applied } from "./arbitrary.ts";
import { checkTree } from "./invariants.ts";
import { randomFrom, seed, someText } from "./random.ts";
import type { Random } from "./random.ts";

// Where the next edit is: mostly where the last one was, as in real editing.
function place(random: Random, length: number, last: number): number {
  const kind = random(10);
  if (kind < 6) return Math.min(last, length);
  if (kind < 8) return Math.max(0, Math.min(length, last - 300 + random(600)));
  return random(length + 1);
}

// Edits from a place on, near each other, some touching.
function someBatch(random: Random, from: number, length: number): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let at = from; at <= length && edits.length < 5; at += random(3) * random(200)) {
    const end = Math.min(length, at + random(random(30) + 1));
    edits.push({ start: at, end, insert: random(3) === 0 ? "" : someText(random).slice(0, 50) });
    at = end;
  }
  return edits;
}

interface Kept {
  readonly snapshot: TextSnapshot;
  readonly text: string;
}

function session(
  name: string,
  seed: number,
  start: string,
  mostLength: number,
  rounds = 10_000,
): void {
  test(`${name}: ${rounds} edits match a plain string (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const buffer = new TextBuffer(start);
    const kept: Kept[] = [];
    let model = start;
    let last = 0;
    for (let round = 0; round < rounds; round++) {
      const at = place(random, model.length, last);
      const kind = random(13);
      const grown = model.length > mostLength;
      if (kind < 6 && !grown) {
        const text = someText(random);
        buffer.insert(at, text);
        model = model.slice(0, at) + text + model.slice(at);
        last = at + text.length;
      } else if (kind < 10) {
        const count = grown && random(10) === 0 ? random(model.length) : 1 + random(random(60) + 1);
        const start = random(2) === 0 ? Math.max(0, at - count) : at;
        const end = Math.min(model.length, start + count);
        buffer.delete(start, end);
        model = model.slice(0, start) + model.slice(end);
        last = start;
      } else if (kind === 12) {
        const edits = someBatch(random, at, model.length);
        buffer.edit(edits);
        model = applied(model, edits);
        last = at;
      } else {
        const end = Math.min(model.length, at + random(40));
        const text = someText(random);
        buffer.replace(at, end, text);
        model = model.slice(0, at) + text + model.slice(end);
        last = at + text.length;
      }
      expect(buffer.length).toBe(model.length);
      if (round % 97 === 0) kept.push({ snapshot: buffer.snapshot(), text: model });
      if (round % 499 === 0) {
        checkTree(buffer);
        expect(buffer.toString() === model, `round ${round}`).toBe(true);
        checkReading(buffer, model, random);
      } else if (round % 13 === 0) {
        const from = random(model.length + 1);
        const to = from + random(model.length - from + 1);
        expect(buffer.slice(from, to) === model.slice(from, to), `round ${round}`).toBe(true);
      }
    }
    checkTree(buffer);
    expect(buffer.toString() === model).toBe(true);
    for (const { snapshot, text } of kept) expect(snapshot.toString() === text).toBe(true);
  });
}

// Everything that can be read, against what the plain string says.
function checkReading(buffer: TextBuffer, model: string, random: Random): void {
  const lines = model.split(/\r\n|\n|\r/);
  expect(buffer.lineCount).toBe(lines.length);
  expect(buffer.byteLength).toBe(new TextEncoder().encode(model).length);
  expect(buffer.codePointCount).toBe(Array.from(model).length);
  expect([...buffer.lines()].join("\0") === lines.join("\0")).toBe(true);
  expect([...buffer.chunks()].join("") === model).toBe(true);
  for (let i = 0; i < 6; i++) {
    const number = random(lines.length);
    const line = buffer.lineAt(number);
    expect(line.text).toBe(lines[number]);
    expect(model.slice(line.start, line.end)).toBe(lines[number]);
    expect(["", "\n", "\r", "\r\n"]).toContain(model.slice(line.end, line.next));
    const offset = random(model.length + 1);
    const { line: at, column } = buffer.positionAt(offset);
    const start = buffer.lineStart(at);
    expect(start + column).toBe(offset);
    if (column <= lines[at]!.length) expect(buffer.offsetAt({ line: at, column })).toBe(offset);
    checkUnits(buffer, model, offset);
  }
}

function checkUnits(buffer: TextBuffer, model: string, offset: number): void {
  const before = model.slice(0, offset);
  const whole = /[\ud800-\udbff]$/.test(before) && /^[\udc00-\udfff]/.test(model.slice(offset));
  if (whole) {
    expect(() => buffer.byteAt(offset)).toThrowError(
      expect.objectContaining({ code: "text-inside-character" }),
    );
    return;
  }
  const bytes = new TextEncoder().encode(before).length;
  const points = Array.from(before).length;
  expect(buffer.byteAt(offset)).toBe(bytes);
  expect(buffer.codePointsBefore(offset)).toBe(points);
  expect(buffer.offsetOfByte(bytes)).toBe(offset);
  expect(buffer.offsetOfCodePoint(points)).toBe(offset);
}

// Typing and erasing of single characters at a few places in turn, which fills and empties leaves that
// were left and come back to.
function typing(name: string, seed: number, letters: string): void {
  test(`${name}: 60000 edits match a plain string (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const buffer = new TextBuffer();
    const places = [0, 0, 0, 0, 0];
    let model = "";
    let at = 0;
    for (let round = 0; round < 60_000; round++) {
      if (random(8) === 0) {
        places[random(5)] = at;
        at = Math.min(model.length, Math.max(0, places[random(5)]! - 20 + random(40)));
      }
      const erases = random(100) < (round % 15_000 < 11_000 ? 15 : 75);
      if (erases && at > 0) {
        const from = Math.max(0, at - 1 - random(random(4) === 0 ? 30 : 1));
        buffer.delete(from, at);
        model = model.slice(0, from) + model.slice(at);
        at = from;
      } else {
        const text = letters[random(letters.length)]!.repeat(random(40) === 0 ? 1 + random(60) : 1);
        buffer.insert(at, text);
        model = model.slice(0, at) + text + model.slice(at);
        at += text.length;
      }
      if (round % 6000 === 0) checkTree(buffer);
      if (round % 1500 === 0) expect(buffer.toString() === model, `round ${round}`).toBe(true);
    }
    checkTree(buffer);
    expect(buffer.toString() === model).toBe(true);
    checkReading(buffer, model, random);
  });
}

describe("TextBuffer against a plain string", () => {
  session("from nothing", seed, "", 60_000);
  session("lines of ASCII", seed + 1, "the quick brown fox jumps\n".repeat(1500), 75_000);
  session("CRLF", seed + 2, "line\r\n".repeat(5000), 60_000);
  session("emoji", seed + 3, "😀e\u0301\n".repeat(4000), 60_000);
  session("one long line", seed + 4, "0123456789".repeat(4000), 60_000);
  session("small", seed + 5, "", 900);
  typing("typing ASCII", seed + 7, "abcdefgh \n");
  typing("typing with carriage returns and emoji", seed + 8, "abcdef\r\n\ud83d\ude00é");
  session("three levels deep", seed + 6, "a line of a large file\n".repeat(60_000), 1_200_000, 800);
});
