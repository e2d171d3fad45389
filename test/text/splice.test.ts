import { expect, test } from "vitest";
import { leafOf } from "../../src/text/rope/cut.ts";
import { Meter } from "../../src/text/rope/meter.ts";
import { sum, treeOf } from "../../src/text/rope/node.ts";
import type { Entry, TextNode } from "../../src/text/rope/node.ts";
import { sliceOf } from "../../src/text/rope/read.ts";
import { spliceLeaves } from "../../src/text/rope/splice.ts";
import { checkNodes } from "./invariants.ts";
import { randomFrom, seed } from "./random.ts";

const meter = new Meter();

function someLeaves(random: (limit: number) => number, count: number): Entry[] {
  return Array.from({ length: count }, () =>
    leafOf(String.fromCharCode(97 + random(26)).repeat(1 + random(3)), meter),
  );
}

// Trees of tiny leaves are deep early: four levels stand for texts of many gigabytes.
test.each([0, 1])(`rows of leaves are replaced in deep trees (seed ${seed} + %i)`, (more) => {
  const random = randomFrom(seed + more);
  let model = someLeaves(random, 40_000);
  let root: TextNode = treeOf(model, {});
  for (let round = 0; round < 100; round++) {
    const large = random(4) === 0;
    const from = random(model.length);
    const count = 1 + random(Math.min(model.length - from, large ? 20_000 : 80));
    const added = someLeaves(random, random(large || model.length < 10_000 ? 12_000 : 4));
    const start = sum(model.slice(0, from).map((leaf) => leaf.units));
    const end = start + sum(model.slice(from, from + count).map((leaf) => leaf.units));
    const owner = {};
    root = spliceLeaves(root, start, end, added, owner);
    model = [...model.slice(0, from), ...added, ...model.slice(from + count)];
    if (model.length === 0) model = someLeaves(random, 1);
    if (sum(root.units) === 0) root = treeOf(model, owner);
    if (round % 5 === 0) checkNodes(root);
    expect(sum(root.units)).toBe(sum(model.map((leaf) => leaf.units)));
  }
  checkNodes(root);
  const text = model.map((leaf) => leaf.text).join("");
  expect(sliceOf(root, 0, text.length) === text).toBe(true);
});
