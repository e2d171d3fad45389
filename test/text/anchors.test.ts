import { describe, expect, test } from "vitest";
import { AnchorSet, ChangeSet, TextDocument } from "../../src/text/index.ts";
import type { Anchor, Bias, TextEdit } from "../../src/text/index.ts";
import { randomFrom, seed } from "./random.ts";

describe("anchors", () => {
  test("stay before or go after what is inserted right there", () => {
    const anchors = new AnchorSet(10);
    const [before, after] = [anchors.add(4), anchors.add(4, "after")];
    anchors.update(ChangeSet.of(10, [{ start: 4, end: 4, insert: "xyz" }]));
    expect([before.offset, before.bias]).toEqual([4, "before"]);
    expect([after.offset, after.bias]).toEqual([7, "after"]);
  });

  test("inside of what is replaced go to the side of their bias", () => {
    const anchors = new AnchorSet(10);
    const [before, after] = [anchors.add(5, "before"), anchors.add(5, "after")];
    anchors.update(ChangeSet.of(10, [{ start: 3, end: 8, insert: "ab" }]));
    expect([before.offset, after.offset]).toEqual([3, 5]);
    anchors.update(ChangeSet.of(7, [{ start: 0, end: 7, insert: "" }]));
    expect([before.offset, after.offset]).toEqual([0, 0]);
    expect([before.bias, after.bias]).toEqual(["before", "after"]);
  });

  test(`follow two thousand edits as ChangeSet.map has it (seed ${seed})`, () => {
    const random = randomFrom(seed);
    let length = 3000;
    const anchors = new AnchorSet(length);
    let models: { offset: number; bias: Bias; anchor: Anchor }[] = [];
    for (let round = 0; round < 2000; round++) {
      for (let i = random(3); i > 0; i--) {
        const offset = random(length + 1);
        const bias = random(2) === 0 ? "before" : "after";
        models.push({ offset, bias, anchor: anchors.add(offset, bias) });
      }
      if (models.length > 300) {
        const { anchor, offset } = models.splice(random(models.length), 1)[0]!;
        expect(anchors.remove(anchor)).toBe(true);
        expect(anchors.remove(anchor)).toBe(false);
        expect(anchor.offset).toBe(offset);
      }
      const start = random(length + 1);
      const end = Math.min(length, start + random(random(60) + 1));
      const edits: TextEdit[] = [{ start, end, insert: "x".repeat(random(50)) }];
      const changes = ChangeSet.of(length, edits);
      anchors.update(changes);
      for (const model of models) model.offset = changes.map(model.offset, model.bias);
      length = changes.after;
      if (round % 40 > 0) continue;
      for (const { anchor, offset, bias } of models) {
        expect([anchor.offset, anchor.bias]).toEqual([offset, bias]);
      }
      const from = random(length + 1);
      const to = Math.min(length, from + random(400));
      const near = models.filter(({ offset }) => offset >= from && offset <= to);
      expect(new Set(anchors.find(from, to))).toEqual(new Set(near.map(({ anchor }) => anchor)));
      expect(anchors.size).toBe(models.length);
      expect([...anchors].length).toBe(models.length);
    }
    models = [];
    anchors.clear();
    expect([...anchors]).toEqual([]);
  });

  test("are no concern of another set", () => {
    const [one, other] = [new AnchorSet(5), new AnchorSet(5)];
    const anchor = one.add(3);
    expect(other.remove(anchor)).toBe(false);
    other.update(ChangeSet.of(5, [{ start: 0, end: 5, insert: "" }]));
    expect(anchor.offset).toBe(3);
  });

  test("that a document tracks have moved when listeners are told, in undo too", () => {
    const document = new TextDocument("hello world");
    const anchors = new AnchorSet(11);
    const end = anchors.add(11, "after");
    document.track(anchors);
    const seen: number[] = [];
    document.onChange(() => seen.push(end.offset));
    document.edit([{ start: 0, end: 5, insert: "oh" }]);
    document.undo();
    expect(seen).toEqual([8, 11]);
  });

  test("of a text of another length are refused", () => {
    expect(() => new AnchorSet(5).update(ChangeSet.none(6))).toThrowError(
      expect.objectContaining({ code: "text-conflict" }),
    );
  });
});
