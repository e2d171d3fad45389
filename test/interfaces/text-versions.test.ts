import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDocuments } from "../../src/interfaces/text/documents.ts";
import type * as Contract from "../../src/interfaces/generated/host/text.ts";
import { changedRanges } from "../../src/interfaces/text/text-changed-ranges.ts";
import { textInterface } from "../../src/interfaces/text/text.ts";
import { ChangeSet } from "../../src/text/index.ts";
import { answerOf, given, testCaller } from "./caller.ts";

const uri = "file:///a.md";
const utf8 = (text: string): Buffer => Buffer.from(text, "utf8");

function plugin(text: string, scope: unknown = { access: "edit" }) {
  const documents = createDocuments();
  const document = documents.open(uri, text);
  const caller = testCaller("acme/tester", scope);
  return {
    documents,
    document,
    caller,
    ...given<typeof Contract>(textInterface(documents), caller),
  };
}

const someText = fc
  .array(fc.constantFrom("a", "b", "é", "€", "😀", "\n", "\r", "x".repeat(700)), { maxLength: 40 })
  .map((parts) => parts.join(""));

describe("reading in chunks", () => {
  it("gives what fits without splitting a character, and nothing at the end", () => {
    const snapshot = plugin("é€😀a").open(uri).snapshot();
    const read = (start: number): string[] =>
      [0, 1, 2, 3, 4, 5, 100].map((most) => snapshot.read(start, most));
    expect(read(0)).toEqual(["", "", "é", "é", "é", "é€", "é€😀a"]);
    expect(read(5)).toEqual(["", "", "", "", "😀", "😀a", "😀a"]);
    expect(read(10)).toEqual(["", "", "", "", "", "", ""]);
    expect(answerOf(() => snapshot.read(11, 1))).toEqual({ err: { tag: "out-of-range", val: 11 } });
    expect(answerOf(() => snapshot.read(1, 1))).toEqual({
      err: { tag: "inside-character", val: 1 },
    });
  });

  it("goes through any text in steps of any size", () => {
    fc.assert(
      fc.property(someText, fc.integer({ min: 4, max: 3000 }), (text, most) => {
        const snapshot = plugin(text).open(uri).snapshot();
        const parts: string[] = [];
        for (let start = 0; start < snapshot.size(); start += utf8(parts.at(-1)!).length) {
          parts.push(snapshot.read(start, most));
          expect(utf8(parts.at(-1)!).length).toBeLessThanOrEqual(most);
          expect(parts.at(-1)).not.toBe("");
        }
        expect(parts.join("")).toBe(text);
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  it("gives at most 4 MiB, whatever is asked for", () => {
    const snapshot = plugin("€".repeat(2 << 20))
      .open(uri)
      .snapshot();
    expect(utf8(snapshot.read(3, 2 ** 32 - 1)).length).toBe((4 << 20) - 1);
  });

  it("answers one line of ten megabytes with one line, also inside one long line", () => {
    const line = "a line of text with € in it";
    const lines = plugin(`${line}\n`.repeat(350_000)).open(uri).snapshot();
    expect(lines.slice(lines.line(222_222))).toBe(line);
    const long = plugin(`${line} `.repeat(350_000)).open(uri).snapshot();
    const at = utf8(`${line} `).length * 222_222;
    expect(long.read(at, utf8(line).length)).toBe(line);
    expect(long.point(at)).toEqual({ line: 0, column: at });
    expect(long.offset({ line: 0, column: at })).toBe(at);
  });
});

describe("what changed since a version", () => {
  it("is the places of what differs, not the texts", () => {
    const { open, document } = plugin("one é three");
    const handle = open(uri);
    const before = handle.snapshot();
    document.edit([
      { start: 0, end: 3, insert: "eins" },
      { start: 11, end: 11, insert: "€" },
    ]);
    const after = handle.snapshot();
    document.edit([{ start: 0, end: 0, insert: "unseen" }]);
    expect(after.changedSince(1n)).toEqual([
      { before: { start: 0, end: 3 }, after: { start: 0, end: 4 } },
      { before: { start: 12, end: 12 }, after: { start: 13, end: 16 } },
    ]);
    expect([after.changedSince(2n), before.changedSince(1n)]).toEqual([[], []]);
    for (const version of [0n, 3n, 2n ** 64n - 1n]) {
      expect(after.changedSince(version)).toBeUndefined();
    }
    for (let i = 0; i < 1500; i++) document.edit([{ start: 0, end: 0, insert: "x" }]);
    expect(after.changedSince(1n)).toBeUndefined();
  });

  it("leaves out nothing, in sorted ranges that do not touch", () => {
    const place = fc.tuple(fc.nat(), fc.nat({ max: 9 }), fc.nat({ max: 9 }));
    fc.assert(
      fc.property(fc.array(fc.array(place, { maxLength: 5 }), { maxLength: 6 }), (batches) => {
        const { open, document } = plugin("0123456789".repeat(20));
        const handle = open(uri);
        const old = document.text;
        const snapshot = handle.snapshot();
        for (const batch of batches) {
          let last = 0;
          const edits = batch.map(([at, length, size], i) => {
            const start = last + (at % (document.text.length - last + 1));
            last = Math.min(start + length, document.text.length);
            return { start, end: last, insert: String(i).repeat(size) };
          });
          document.edit(edits);
        }
        const ranges = handle.snapshot().changedSince(snapshot.version())!;
        let [from, to] = [0, 0];
        for (const { before, after } of ranges) {
          expect(old.slice(from, before.start)).toBe(document.text.slice(to, after.start));
          if (from > 0) expect(before.start).toBeGreaterThan(from);
          [from, to] = [before.end, after.end];
        }
        expect(old.slice(from)).toBe(document.text.slice(to));
      }),
      { seed: 22, numRuns: 300 },
    );
  });

  it("has at most so many ranges: those that are nearest become one", () => {
    const at = (start: number) => ({ start, end: start + 1, insert: "xx" });
    const edits = [0, 5, 7, 12, 14, 30].map(at);
    const places = (most: number) =>
      changedRanges(edits, most).map(({ before, after }) => [
        before.start,
        before.end,
        after.start,
        after.end,
      ]);
    expect(places(6)).toHaveLength(6);
    expect(places(4)).toEqual([
      [0, 1, 0, 2],
      [5, 8, 6, 11],
      [12, 15, 15, 20],
      [30, 31, 35, 37],
    ]);
    expect(places(2)).toEqual([
      [0, 15, 0, 20],
      [30, 31, 35, 37],
    ]);
    expect(places(1)).toEqual([[0, 31, 0, 37]]);
    // More of equal distance than there is room for.
    const many = Array.from({ length: 5000 }, (_, i) => at(i * 10));
    const ranges = changedRanges(many);
    expect(ranges).toHaveLength(1000);
    expect(ranges.at(-1)?.after.end).toBe(4999 * 11 + 2);
  });

  it("is never that of an earlier document under the same URI", () => {
    const { open, documents } = plugin("one");
    const first = open(uri).snapshot();
    documents.close(uri);
    const again = documents.open(uri, "two");
    again.edit([{ start: 0, end: 0, insert: "x" }]);
    const now = open(uri);
    expect(now.snapshot().version()).toBeGreaterThan(first.version());
    expect(now.snapshot().changedSince(first.version())).toBeUndefined();
    expect(now.changesSince(first.version())).toBeUndefined();
  });
});

describe("edits made for an earlier version", () => {
  const edit = (start: number, end: number, insert: string): Contract.Edit => ({
    range: { start, end },
    insert,
  });

  it("go to where their places are now", () => {
    const { open, document } = plugin("é two three");
    document.edit([{ start: 0, end: 1, insert: "one" }]);
    const outcome = open(uri).rebase(1n, [edit(3, 6, "2"), edit(7, 12, "3")]);
    expect(outcome).toEqual({ tag: "applied", val: 3n });
    expect(document.text).toBe("one 2 3");
  });

  it("are done as a whole or not at all", () => {
    const { open, document } = plugin("é two three");
    document.edit([{ start: 3, end: 4, insert: "W" }]);
    const handle = open(uri);
    expect(handle.rebase(1n, [edit(0, 2, "1"), edit(3, 6, "2")])).toEqual({
      tag: "conflict",
      val: 1,
    });
    const faults: [Contract.Edit[], unknown][] = [
      [[edit(3, 4, ""), edit(3, 4, "")], { tag: "overlapping", val: 1 }],
      [[edit(0, 0, "x"), edit(12, 13, "")], { tag: "out-of-range", val: 13 }],
      [[edit(0, 0, "x"), edit(1, 3, "")], { tag: "inside-character", val: 1 }],
    ];
    for (const [edits, err] of faults) {
      expect(answerOf(() => handle.rebase(1n, edits))).toEqual({ err });
    }
    for (const version of [0n, 3n, 2n ** 64n - 1n]) {
      expect(answerOf(() => handle.rebase(version, []))).toEqual({
        err: { tag: "stale", val: 2n },
      });
    }
    expect([document.text, document.version]).toEqual(["é tWo three", 2]);
  });

  it("need the grant that edits need", () => {
    const { open, document } = plugin("text", { access: "read" });
    expect(answerOf(() => open(uri).rebase(1n, [edit(0, 0, "x")]))).toMatchObject({
      err: { tag: "refused", val: { tag: "denied" } },
    });
    expect(document.text).toBe("text");
  });

  it("agree with the change sets of the text package", () => {
    const edits = fc.array(
      fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 4 }), fc.constantFrom("", "x", "yy")),
      { maxLength: 5 },
    );
    const made = (batch: readonly (readonly [number, number, string])[], length: number) => {
      let last = -1;
      return batch.flatMap(([gap, size, insert]) => {
        const start = last + 1 + gap;
        last = start + size;
        return last > length || (size === 0 && insert === "") ? [] : [{ start, end: last, insert }];
      });
    };
    fc.assert(
      fc.property(edits, edits, (ours, theirs) => {
        const text = "0123456789".repeat(3);
        const { open, document } = plugin(text);
        const over = ChangeSet.of(text.length, made(theirs, text.length));
        const mine = ChangeSet.of(text.length, made(ours, text.length));
        document.edit(over.edits);
        const outcome = open(uri).rebase(
          1n,
          mine.edits.map(({ start, end, insert }) => edit(start, end, insert)),
        );
        const expected = mine.rebase(over);
        if (expected.tag === "conflict") {
          expect(outcome).toEqual({ tag: "conflict", val: expected.ours });
        } else {
          const buffer = applied(text, over.edits);
          expect(document.text).toBe(applied(buffer, expected.changes.edits));
          expect(outcome.tag).toBe("applied");
        }
      }),
      { seed: 23, numRuns: 1000 },
    );
  });
});

function applied(text: string, edits: ChangeSet["edits"]): string {
  return edits.reduceRight(
    (result, { start, end, insert }) => result.slice(0, start) + insert + result.slice(end),
    text,
  );
}
