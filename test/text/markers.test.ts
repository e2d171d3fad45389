import { describe, expect, test } from "vitest";
import { ChangeSet, MarkerTree } from "../../src/text/index.ts";
import type { Bias, Marker, TextEdit } from "../../src/text/index.ts";
import { randomFrom, seed } from "./random.ts";

interface Model {
  start: number;
  end: number;
  readonly startBias: Bias;
  readonly endBias: Bias;
  readonly marker: Marker<number>;
}

// As the documentation says it, a marker at a time.
function follow(model: Model, changes: ChangeSet): void {
  model.start = changes.map(model.start, model.startBias);
  model.end = Math.max(model.start, changes.map(model.end, model.endBias));
}

describe("markers", () => {
  test(`follow two thousand edits as each alone would (seed ${seed})`, () => {
    const random = randomFrom(seed);
    let length = 5000;
    const tree = new MarkerTree<number>(length);
    let models: Model[] = [];
    const bias = (): Bias => (random(2) === 0 ? "before" : "after");
    for (let round = 0; round < 2000; round++) {
      for (let i = random(3); i > 0; i--) {
        const start = random(length + 1);
        const end = Math.min(length, start + (random(3) === 0 ? 0 : random(random(2000) + 1)));
        const [startBias, endBias] = [bias(), bias()];
        const marker = tree.add(start, end, round, { startBias, endBias });
        models.push({ start, end, startBias, endBias, marker });
      }
      if (models.length > 400) {
        const gone = models.splice(random(models.length), 1)[0]!;
        expect(tree.remove(gone.marker)).toBe(true);
        expect(tree.remove(gone.marker)).toBe(false);
        expect([gone.marker.start, gone.marker.end]).toEqual([gone.start, gone.end]);
      }
      const edits: TextEdit[] = [];
      for (let at = random(length); at < length && edits.length < 3; at += 1 + random(900)) {
        const end = Math.min(length, at + random(random(40) + 1));
        edits.push({ start: at, end, insert: "x".repeat(random(30)) });
        at = end;
      }
      const changes = ChangeSet.of(length, edits);
      tree.update(changes);
      for (const model of models) follow(model, changes);
      length = changes.after;
      if (round % 50 > 0) continue;
      expect(tree.size).toBe(models.length);
      for (const { marker, start, end } of models) {
        expect([marker.start, marker.end]).toEqual([start, end]);
      }
      const from = random(length + 1);
      const to = Math.min(length, from + random(500));
      const found = tree.find(from, to);
      expect(new Set(found)).toEqual(
        new Set(models.filter((m) => m.start <= to && m.end >= from).map((m) => m.marker)),
      );
      const starts = [...tree].map((marker) => marker.start);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    }
    models = [];
    tree.clear();
    expect([tree.size, [...tree].length]).toEqual([0, 0]);
  });

  test(`follow edits that meet them, few and many at once (seed ${seed})`, () => {
    const random = randomFrom(seed);
    for (let round = 0; round < 300; round++) {
      let length = 12;
      const tree = new MarkerTree<number>(length);
      const models: Model[] = [];
      const bias = (): Bias => (random(2) === 0 ? "before" : "after");
      for (let i = random(2) === 0 ? 3 : 60; i > 0; i--) {
        const start = random(length + 1);
        const end = Math.min(length, start + random(5));
        const [startBias, endBias] = [bias(), bias()];
        const marker = tree.add(start, end, round, { startBias, endBias });
        models.push({ start, end, startBias, endBias, marker });
      }
      for (let step = 0; step < 12; step++) {
        const edits: TextEdit[] = [];
        for (let at = random(6); at <= length && edits.length < 4; at += random(9)) {
          const end = Math.min(length, at + random(4));
          edits.push({ start: at, end, insert: "x".repeat(random(3)) });
          at = end;
        }
        const changes = ChangeSet.of(length, edits);
        tree.update(changes);
        for (const model of models) follow(model, changes);
        length = changes.after;
        for (const { marker, start, end } of models) {
          expect([marker.start, marker.end], `${round}.${step}`).toEqual([start, end]);
          expect(marker.isEmpty).toBe(start === end);
        }
        const at = random(length + 1);
        const to = Math.min(length, at + random(3));
        const found = models.filter((model) => model.start <= to && model.end >= at);
        expect(new Set(tree.find(at, to))).toEqual(new Set(found.map(({ marker }) => marker)));
        const starts = [...tree].map((marker) => marker.start);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      }
    }
  });

  test("are found and moved whatever the order they were added in, or how many stand at one place", () => {
    const count = 100_000;
    const length = 1_000_000;
    const orders: ((i: number) => number)[] = [
      (i) => i,
      (i) => length - i,
      (i) => (i % 2 === 0 ? i : length - i),
      () => 500,
    ];
    for (const order of orders) {
      const tree = new MarkerTree<number>(length);
      for (let i = 0; i < count; i++) tree.add(order(i), order(i), i);
      const end = tree.add(length, length, -1);
      let now = length;
      for (let i = 0; i < 200; i++) {
        const typed = [{ start: 500, end: 500, insert: "ab" }];
        tree.update(ChangeSet.of(now, typed));
        tree.update(ChangeSet.of(now + 2, [{ start: 501, end: 502, insert: "" }]));
        now++;
      }
      expect(end.start).toBe(now);
      expect(tree.find(0, now).length).toBe(count + 1);
    }
  });

  test("do not grow by what is typed at their edges, unless asked to", () => {
    const tree = new MarkerTree<string>(10);
    const plain = tree.add(2, 5, "plain");
    const growing = tree.add(2, 5, "growing", { startBias: "before", endBias: "after" });
    tree.update(
      ChangeSet.of(
        10,
        [2, 5].map((at) => ({ start: at, end: at, insert: "__" })),
      ),
    );
    expect([plain.start, plain.end]).toEqual([4, 7]);
    expect([growing.start, growing.end]).toEqual([2, 9]);
  });

  test("become empty where their text is deleted, and stay", () => {
    const tree = new MarkerTree<string>(10);
    const marker = tree.add(2, 5, "gone");
    tree.update(ChangeSet.of(10, [{ start: 1, end: 9, insert: "" }]));
    expect([marker.start, marker.end, marker.isEmpty]).toEqual([1, 1, true]);
  });

  test("a hundred thousand are replaced at once, and out of range is refused as a whole", () => {
    const tree = new MarkerTree<number>(1_000_000);
    const many = Array.from({ length: 100_000 }, (_, i) => ({
      start: (i * 7919) % 999_000,
      end: ((i * 7919) % 999_000) + 5,
      value: i,
    }));
    tree.replaceAll(many);
    expect(tree.size).toBe(100_000);
    const bad = [{ start: 0, end: 1_000_001, value: 0 }];
    expect(() => tree.replaceAll(bad)).toThrowError(
      expect.objectContaining({ code: "text-range" }),
    );
    expect(tree.size).toBe(100_000);
    tree.update(ChangeSet.of(1_000_000, [{ start: 0, end: 0, insert: "x" }]));
    expect(tree.find(7920).some((marker) => marker.value === 1)).toBe(true);
    expect(() => tree.update(ChangeSet.none(5))).toThrowError(
      expect.objectContaining({ code: "text-conflict" }),
    );
  });
});
