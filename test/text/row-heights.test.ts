import { describe, expect, test } from "vitest";
import { RowHeights } from "../../src/text/lists/row-heights.ts";
import { randomFrom, seed } from "./random.ts";
import type { Random } from "./random.ts";

// Rows as a plain array: a height, or undefined where it has not been measured.
class PlainRows {
  readonly heights: (number | undefined)[];
  estimate: number;

  constructor(rows: number, estimate: number) {
    this.heights = Array.from({ length: rows }, () => undefined);
    this.estimate = estimate;
  }

  splice(at: number, removed: number, inserted: number): void {
    const fresh = Array.from({ length: inserted }, () => undefined);
    this.heights.splice(at, removed, ...fresh);
  }

  tops(): number[] {
    const tops = [0];
    for (const height of this.heights) tops.push(tops.at(-1)! + (height ?? this.estimate));
    return tops;
  }
}

function check(rows: RowHeights, plain: PlainRows, random: Random): void {
  const tops = plain.tops();
  const count = plain.heights.length;
  expect(rows.rows).toBe(count);
  expect(rows.total).toBe(tops[count]);
  expect(rows.measured).toBe(plain.heights.filter((height) => height !== undefined).length);
  for (let i = 0; i < 20; i++) {
    const row = random(count + 1);
    expect(rows.top(row)).toBe(tops[row]);
    if (row === count) continue;
    expect(rows.height(row)).toBe(plain.heights[row] ?? plain.estimate);
    const place = random(4) === 0 ? tops[row]! : random(Math.ceil(tops[count]!) + 20) - 10;
    const found = tops.findIndex((top, row) => row > 0 && top > Math.max(0, place)) - 1;
    expect(rows.rowAt(place)).toBe(found < 0 ? count - 1 : found);
  }
}

// Mostly near where the last change was, so that blocks fill, split, empty and join.
function somewhere(random: Random, count: number, last: number): number {
  const place = random(3) === 0 ? random(count + 1) : last - 40 + random(80);
  return Math.max(0, Math.min(count, place));
}

function session(name: string, start: number, rounds: number, most: number): void {
  test(`${name}: heights match a plain array (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const rows = new RowHeights(start, 20);
    const plain = new PlainRows(start, 20);
    let last = 0;
    for (let round = 0; round < rounds; round++) {
      const count = plain.heights.length;
      const kind = random(20);
      last = somewhere(random, count, last);
      if (kind < 12 && count > 0) {
        for (let i = 0; i < 10; i++) {
          const row = Math.min(last + random(random(30) + 1), count - 1);
          const height = random(6) === 0 ? 0 : random(64 * 90) / 64;
          rows.set(row, height);
          plain.heights[row] = height;
        }
      } else if (kind < 19) {
        const wide = random(30) === 0;
        const removed = random(Math.min(count - last, wide ? count : 12) + 1);
        const inserted = random(Math.max(1, Math.min(most - count, wide ? 3000 : 14)));
        rows.splice(last, removed, inserted);
        plain.splice(last, removed, inserted);
      } else if (random(10) > 0) {
        rows.estimate = plain.estimate = random(100) / 4;
      } else if (random(3) === 0) {
        rows.forget();
        plain.heights.fill(undefined);
      }
      if (round % 25 === 0) check(rows, plain, random);
    }
    check(rows, plain, random);
  });
}

describe("heights of rows", () => {
  session("from nothing", 0, 8000, 4000);
  session("from some thousands", 6000, 8000, 9000);

  test("keep sums exact over ten million rows, measured or not", () => {
    const count = 10_000_000;
    const rows = new RowHeights(count, 20);
    expect(rows.total).toBe(200_000_000);
    let extra = 0;
    const random = randomFrom(seed);
    for (let i = 0; i < 20_000; i++) {
      const row = random(count);
      const height = random(6400) / 64;
      extra += height - rows.height(row);
      rows.set(row, height);
    }
    expect(rows.total).toBe(200_000_000 + extra);
    expect(rows.top(count)).toBe(rows.total);
    rows.splice(count / 2, 0, 1_000_000);
    rows.splice(0, 11_000_000, 0);
    expect([rows.rows, rows.total, rows.measured]).toEqual([0, 0, 0]);
  });

  test("are rounded to 1/64 of a pixel, so that nothing drifts", () => {
    const rows = new RowHeights(3, 20);
    rows.set(0, 0.1);
    expect(rows.height(0)).toBe(6 / 64);
    rows.set(0, 33.333);
    rows.set(0, 20);
    expect(rows.total).toBe(60);
    expect(rows.mean).toBe(20);
  });

  test("refuse rows, heights and places that are not there, and stay as they were", () => {
    const rows = new RowHeights(3, 20);
    const refused = expect.objectContaining({ code: "text-range" });
    const bad: (() => void)[] = [
      () => rows.set(3, 1),
      () => rows.set(-1, 1),
      () => rows.set(0.5, 1),
      () => rows.set(0, -1),
      () => rows.set(0, Number.NaN),
      () => rows.set(0, 2 ** 27),
      () => rows.height(3),
      () => rows.top(4),
      () => rows.rowAt(Number.NaN),
      () => rows.splice(2, 2, 0),
      () => rows.splice(4, 0, 1),
      () => rows.splice(0, 0, 2 ** 31),
      () => new RowHeights(-1, 20),
      () => new RowHeights(1, Number.POSITIVE_INFINITY),
      () => new RowHeights(0, 20).rowAt(0),
    ];
    for (const act of bad) expect(act).toThrow(refused);
    expect([rows.rows, rows.total]).toEqual([3, 60]);
  });
});
