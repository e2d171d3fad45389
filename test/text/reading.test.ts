import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bufferFrom, bufferFromAsync, TextBuffer, TextBuilder } from "../../src/text/index.ts";
import { checkTree } from "./invariants.ts";

const refused = (code: string): unknown => expect.objectContaining({ code });

describe("line breaks", () => {
  test("each of the three kinds counts once, wherever edits join and split them", () => {
    const buffer = new TextBuffer("a\r\nb\rc\nd");
    expect(buffer.lineCount).toBe(4);
    buffer.insert(2, "x");
    expect(buffer.toString()).toBe("a\rx\nb\rc\nd");
    expect(buffer.lineCount).toBe(5);
    buffer.delete(2, 3);
    expect(buffer.lineCount).toBe(4);
    expect([...buffer.lines()]).toEqual(["a", "b", "c", "d"]);
  });

  test("a \\r\\n made of two distant halves is one break", () => {
    const half = "x".repeat(100_000);
    const buffer = new TextBuffer(`${half}\r${half}\n${half}`);
    expect(buffer.lineCount).toBe(3);
    buffer.delete(100_001, 200_001);
    expect(buffer.lineCount).toBe(2);
    expect(buffer.lineAt(0)).toMatchObject({ end: 100_000, next: 100_002 });
    checkTree(buffer);
  });

  test("a hundred thousand at once", () => {
    const buffer = new TextBuffer("start end");
    buffer.insert(6, "\r\n".repeat(100_000));
    expect(buffer.lineCount).toBe(100_001);
    expect(buffer.lineAt(100_000).text).toBe("end");
    buffer.delete(6, 200_006);
    expect(buffer.lineCount).toBe(1);
    checkTree(buffer);
  });

  test("between the two halves is still on the line they end", () => {
    const buffer = new TextBuffer("a\r\nb");
    expect(buffer.positionAt(2)).toEqual({ line: 0, column: 2 });
    expect(buffer.positionAt(3)).toEqual({ line: 1, column: 0 });
  });

  test("does not keep any offset from being a position, and back", () => {
    const text = fc.array(fc.constantFrom("a", "\r", "\n", "\r\n", "é", "\ud83d\ude00"));
    fc.assert(
      fc.property(text, (parts) => {
        const buffer = new TextBuffer(parts.join(""));
        for (let offset = 0; offset <= buffer.length; offset++) {
          expect(buffer.offsetAt(buffer.positionAt(offset))).toBe(offset);
        }
      }),
    );
    expect(() => new TextBuffer("a\r\nb").offsetAt({ line: 0, column: 3 })).toThrowError(
      refused("text-range"),
    );
    expect(() => new TextBuffer("a\nb").offsetAt({ line: 0, column: 2 })).toThrowError(
      refused("text-range"),
    );
  });
});

describe("units, bytes and code points", () => {
  test("a pair of surrogates that two edits bring together is one character", () => {
    const buffer = new TextBuffer("\ud83d".padStart(3000, "a") + "\ude00");
    buffer.insert(3000, "-");
    expect([buffer.byteLength, buffer.codePointCount]).toEqual([2999 + 7, 3002]);
    buffer.delete(3000, 3001);
    expect([buffer.byteLength, buffer.codePointCount]).toEqual([2999 + 4, 3000]);
    expect(() => buffer.byteAt(3000)).toThrowError(refused("text-inside-character"));
    expect(() => buffer.offsetOfByte(3001)).toThrowError(refused("text-inside-character"));
  });

  test("a lone surrogate stays, and leaves as U+FFFD or not at all", () => {
    const buffer = new TextBuffer("a\ud83db");
    expect(buffer.slice(1, 2)).toBe("\ud83d");
    expect(new TextDecoder().decode(joined(buffer.bytes()))).toBe("a\ufffdb");
    expect(buffer.byteLength).toBe(5);
    expect(() => [...buffer.bytes("refuse")]).toThrowError(refused("text-surrogate"));
    expect(buffer.toString()).toBe("a\ud83db");
  });
});

describe("a batch of edits", () => {
  test("refers to the text before it", () => {
    const buffer = new TextBuffer("one two three");
    buffer.edit([
      { start: 0, end: 3, insert: "1" },
      { start: 4, end: 4, insert: "and " },
      { start: 4, end: 7, insert: "2" },
      { start: 8, end: 13, insert: "" },
    ]);
    expect(buffer.toString()).toBe("1 and 2 ");
  });

  test.each([
    ["text-overlap", [0, 2, 1, 3]],
    ["text-overlap", [2, 3, 0, 1]],
    ["text-range", [0, 1, 2, 4]],
  ])("is refused as a whole: %s %j", (code, [a, b, c, d]) => {
    const buffer = new TextBuffer("abc");
    const edits = [
      { start: a!, end: b!, insert: "x" },
      { start: c!, end: d!, insert: "y" },
    ];
    expect(() => buffer.edit(edits)).toThrowError(refused(code));
    expect(buffer.toString()).toBe("abc");
  });
});

describe("snapshots", () => {
  test("stay as they are, and iterate undisturbed, while the buffer changes", () => {
    const buffer = new TextBuffer("line\n".repeat(1000));
    const before = buffer.snapshot();
    const lines = buffer.lines();
    expect(lines.next().value).toBe("line");
    buffer.insert(0, "new ");
    buffer.delete(100, 4000);
    expect(before.toString()).toBe("line\n".repeat(1000));
    expect([...lines].length).toBe(1000);
    expect(buffer.equals(before)).toBe(false);
  });

  test("are the same object while nothing changes, and a buffer can start from one", () => {
    const buffer = new TextBuffer("abc");
    expect(buffer.snapshot()).toBe(buffer.snapshot());
    const fork = new TextBuffer(buffer.snapshot());
    fork.insert(3, "d");
    buffer.insert(0, "_");
    expect([buffer.toString(), fork.toString()]).toEqual(["_abc", "abcd"]);
  });

  test("equal what was built another way", () => {
    const text = "some words\r\n".repeat(2000);
    const typed = new TextBuffer();
    for (let i = 0; i < 2000; i++) typed.insert(typed.length, "some words\r\n");
    expect(typed.equals(new TextBuffer(text).snapshot())).toBe(true);
    typed.replace(5, 6, "W");
    expect(typed.equals(new TextBuffer(text))).toBe(false);
  });
});

describe("streams", () => {
  const text = "πλ\r\n😀 text\r".repeat(30_000);
  const bytes = new TextEncoder().encode(text);
  function* pieces(size: number): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  test.each([1000, 7, 65_536, 10_000_000])("bytes in pieces of %i", (size) => {
    const buffer = bufferFrom(pieces(size));
    expect(buffer.toString() === text).toBe(true);
    checkTree(buffer);
  });

  test("strings cut inside pairs and breaks, one unit at a time", () => {
    const buffer = bufferFrom(text.slice(0, 70_000).split(""));
    expect(buffer.toString() === text.slice(0, 70_000)).toBe(true);
    checkTree(buffer);
  });

  test("asynchronously, and out again as bytes", async () => {
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield* pieces(5000);
    }
    const buffer = await bufferFromAsync(slow());
    expect(joined(buffer.bytes())).toEqual(new Uint8Array(bytes));
  });

  test("bytes that are not UTF-8 are refused, or replaced when asked", () => {
    expect(() => bufferFrom([new Uint8Array([97, 255])])).toThrowError(refused("text-decode"));
    expect(() => bufferFrom([new Uint8Array([0xf0, 0x9f])])).toThrowError(refused("text-decode"));
    const replaced = bufferFrom([new Uint8Array([97, 255])], { malformed: "replace" });
    expect(replaced.toString()).toBe("a\ufffd");
  });

  test("a byte order mark is text", () => {
    expect(bufferFrom([new Uint8Array([0xef, 0xbb, 0xbf, 97])]).toString()).toBe("\ufeffa");
  });

  test("nothing at all is the empty text", () => {
    const buffer = new TextBuilder().finish();
    expect([buffer.length, buffer.lineCount, buffer.toString()]).toEqual([0, 1, ""]);
    expect([...buffer.lines()]).toEqual([""]);
    expect([...buffer.chunks()]).toEqual([]);
  });
});

function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));
}
