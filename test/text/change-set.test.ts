import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChangeSet, TextBuffer } from "../../src/text/index.ts";
import { applied, editsOf } from "./arbitrary.ts";

const text = "0123456789 the text before, of some units";
const changes = (length: number): fc.Arbitrary<ChangeSet> =>
  editsOf(length).map((edits) => ChangeSet.of(length, edits));
const done = (text: string, set: ChangeSet): string => {
  const buffer = new TextBuffer(text);
  set.apply(buffer);
  expect(buffer.length).toBe(set.after);
  return buffer.toString();
};
const refused = (code: string): unknown => expect.objectContaining({ code });

describe("a change set", () => {
  test("does what its edits do, none of which touch", () => {
    fc.assert(
      fc.property(editsOf(text.length), (edits) => {
        const set = ChangeSet.of(text.length, edits);
        expect(done(text, set)).toBe(applied(text, edits));
        for (let i = 1; i < set.edits.length; i++) {
          expect(set.edits[i]!.start).toBeGreaterThan(set.edits[i - 1]!.end);
        }
      }),
    );
  });

  test("is taken back by its inverse", () => {
    fc.assert(
      fc.property(changes(text.length), (set) => {
        const inverse = set.invert(new TextBuffer(text));
        expect(done(done(text, set), inverse)).toBe(text);
        expect(inverse.invert(new TextBuffer(done(text, set)))).toEqual(set);
      }),
    );
  });

  test("composes, in any grouping", () => {
    const three = changes(text.length).chain((a) =>
      changes(a.after).chain((b) => changes(b.after).map((c) => [a, b, c] as const)),
    );
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        const end = done(done(done(text, a), b), c);
        expect(done(text, a.compose(b).compose(c))).toBe(end);
        expect(done(text, a.compose(b.compose(c)))).toBe(end);
      }),
    );
  });

  test("maps positions in order, and what it left alone to itself", () => {
    fc.assert(
      fc.property(changes(text.length), (set) => {
        const after = done(text, set);
        let last = 0;
        for (let at = 0; at <= text.length; at++) {
          const before = set.map(at, "before");
          const behind = set.map(at, "after");
          expect(before).toBeLessThanOrEqual(behind);
          expect(before).toBeGreaterThanOrEqual(last);
          last = before;
          const kept = set.edits.every(({ start, end }) => at < start || at >= end);
          if (kept && at < text.length) expect(after[behind]).toBe(text[at]);
        }
      }),
    );
  });

  test("two of the same text meet at the same text, whichever was first", () => {
    fc.assert(
      fc.property(changes(text.length), changes(text.length), (a, b) => {
        const left = done(done(text, a), b.transform(a, "after"));
        const right = done(done(text, b), a.transform(b, "before"));
        expect(left).toBe(right);
        const conflict = a.conflict(b);
        expect(b.conflict(a) === undefined).toBe(conflict === undefined);
      }),
    );
  });

  test("is rebased where the others' edits are elsewhere, and reports where they are not", () => {
    const set = (start: number, end: number, insert: string): ChangeSet =>
      ChangeSet.of(10, [{ start, end, insert }]);
    const clash = { tag: "conflict", ours: 0, theirs: 0 };
    expect(set(0, 2, "x").rebase(set(1, 4, ""))).toEqual(clash);
    expect(set(3, 3, "x").rebase(set(1, 5, "y"))).toEqual(clash);
    expect(set(1, 5, "y").rebase(set(3, 3, "x"))).toEqual(clash);
    expect(set(4, 4, "ours").rebase(set(4, 4, "theirs"))).toMatchObject({
      tag: "rebased",
      changes: { edits: [{ start: 10, end: 10, insert: "ours" }] },
    });
    expect(set(5, 6, "x").rebase(set(1, 5, ""))).toMatchObject({
      changes: { edits: [{ start: 1, end: 2, insert: "x" }] },
    });
  });

  test("is rebased to what it is transformed to, wherever there is no conflict", () => {
    for (const side of ["before", "after"] as const) {
      fc.assert(
        fc.property(changes(text.length), changes(text.length), (set, over) => {
          const rebased = set.rebase(over, side);
          expect(set.conflict(over) === undefined).toBe(rebased.tag === "rebased");
          if (rebased.tag === "rebased") {
            expect(rebased.changes.edits).toEqual(set.transform(over, side).edits);
          }
        }),
        { numRuns: 1000 },
      );
    }
  });

  test("keeps what replaces a range before what others insert behind the range", () => {
    const replace = ChangeSet.of(3, [{ start: 1, end: 2, insert: "X" }]);
    for (const side of ["before", "after"] as const) {
      const behind = ChangeSet.of(3, [{ start: 2, end: 2, insert: "Y" }]);
      expect(done(done("abc", behind), replace.transform(behind, side))).toBe("aXYc");
      expect(done(done("abc", replace), behind.transform(replace, side))).toBe("aXYc");
      const ahead = ChangeSet.of(3, [{ start: 1, end: 1, insert: "Y" }]);
      expect(done(done("abc", ahead), replace.transform(ahead, side))).toBe("aYXc");
    }
  });

  test("is for a text of its own length", () => {
    const set = ChangeSet.of(3, [{ start: 0, end: 1, insert: "" }]);
    expect(() => set.apply(new TextBuffer("abcd"))).toThrowError(refused("text-conflict"));
    expect(() => set.compose(set)).toThrowError(refused("text-conflict"));
    expect(() => set.map(4)).toThrowError(refused("text-range"));
    expect(() => ChangeSet.of(3, [{ start: 2, end: 1, insert: "" }])).toThrowError(
      refused("text-range"),
    );
  });
});
