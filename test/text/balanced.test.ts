import { expect, test } from "vitest";
import {
  after,
  before,
  Branch,
  build,
  concat,
  cutBefore,
  firstOf,
  insertAfter,
  join,
  lastOf,
  remove,
} from "../../src/text/balanced.ts";
import { randomFrom, seed } from "./random.ts";

// A number in a sequence, with the sum of its subtree; an addition to a subtree is put off.
class Item extends Branch<Item> {
  value: number;
  sum: number;
  size = 1;
  pending = 0;

  constructor(value: number) {
    super();
    this.value = this.sum = value;
  }

  override pull(): void {
    expect(this.pending).toBe(0);
    this.sum = this.value + (this.left?.sum ?? 0) + (this.right?.sum ?? 0);
    this.size = 1 + (this.left?.size ?? 0) + (this.right?.size ?? 0);
  }

  override push(): void {
    this.left?.add(this.pending);
    this.right?.add(this.pending);
    this.pending = 0;
  }

  add(amount: number): void {
    this.value += amount;
    this.sum += amount * this.size;
    this.pending += amount;
  }
}

function items(root: Item | undefined): Item[] {
  if (root === undefined) return [];
  root.push();
  for (const child of [root.left, root.right]) if (child !== undefined) expect(child.up).toBe(root);
  const heights = [root.left?.height ?? 0, root.right?.height ?? 0] as const;
  expect(Math.abs(heights[0] - heights[1])).toBeLessThanOrEqual(1);
  expect(root.height).toBe(1 + Math.max(...heights));
  const all = [...items(root.left), root, ...items(root.right)];
  expect(root.sum).toBe(all.reduce((sum, item) => sum + item.value, 0));
  return all;
}

test(`a tree stays balanced, in order and true to its sums (seed ${seed})`, () => {
  const random = randomFrom(seed);
  let next = 0;
  let plain = Array.from({ length: 300 }, () => new Item(next++));
  let values = plain.map((item) => item.value);
  let root = build(plain);
  for (let round = 0; round < 4000; round++) {
    const at = random(plain.length);
    const item = plain[at];
    const kind = random(6);
    if (item === undefined) {
      root = new Item(next++);
      plain = [root];
      values = [root.value];
    } else if (kind === 0) {
      const fresh = new Item(next++);
      root = insertAfter(item, fresh);
      plain.splice(at + 1, 0, fresh);
      values.splice(at + 1, 0, fresh.value);
    } else if (kind === 1) {
      root = remove(item);
      plain.splice(at, 1);
      values.splice(at, 1);
      expect([item.left, item.right, item.up, item.height]).toEqual([
        undefined,
        undefined,
        undefined,
        1,
      ]);
    } else if (kind === 2) {
      const [left, right] = cutBefore(item);
      root = concat(right, left);
      plain = [...plain.slice(at), ...plain.slice(0, at)];
      values = [...values.slice(at), ...values.slice(0, at)];
    } else if (kind === 3) {
      const [left, right] = cutBefore(item);
      const amount = random(100);
      right.add(amount);
      root = concat(left, right);
      for (let i = at; i < plain.length; i++) values[i]! += amount;
    } else if (kind === 4) {
      const [left, right] = cutBefore(item);
      const fresh = new Item(next++);
      root = join(left, fresh, right);
      plain.splice(at, 0, fresh);
      values.splice(at, 0, fresh.value);
    } else {
      expect(after(item)).toBe(plain[at + 1]);
      expect(before(item)).toBe(plain[at - 1]);
      expect([firstOf(root!), lastOf(root!)]).toEqual([plain[0], plain.at(-1)]);
    }
    if (root !== undefined) expect(root.up).toBe(undefined);
    if (round % 40 !== 0) continue;
    const found = items(root);
    expect(found.length).toBe(plain.length);
    expect(found.every((item, i) => item === plain[i] && item.value === values[i])).toBe(true);
  }
});
