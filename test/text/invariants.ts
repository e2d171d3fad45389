import { isInside } from "../../src/text/rope/units.ts";
import { Meter } from "../../src/text/rope/meter.ts";
import { fanOut, leafMost, nodeLeast, sum } from "../../src/text/rope/node.ts";
import type { TextNode } from "../../src/text/rope/node.ts";
import type { TextBuffer } from "../../src/text/index.ts";

/**
 * Throws where the tree of a buffer breaks one of its invariants: depth, fill, sums, boundaries.
 */
export function checkTree(buffer: TextBuffer): void {
  checkNodes(buffer.snapshot().root());
}

export function checkNodes(root: TextNode): void {
  let last = 0;
  const meter = new Meter();
  walk(root);

  function walk(node: TextNode): void {
    const { units, texts, nodes, height } = node;
    const count = units.length;
    check(count <= fanOut, `${count} children`);
    check(count >= (node !== root ? nodeLeast : height > 0 ? 2 : 1), `${count} children`);
    check(texts.length === (height === 0 ? count : 0), "texts at height 0, one a child");
    check(nodes.length === (height === 0 ? 0 : count), "nodes above, one a child");
    check((node.points === units) === node.plain, "points of their own where bytes are");
    check(!node.plain || sum(units) === countBytes(node), "a plain node is ASCII");
    for (let i = 0; i < count; i++) {
      if (height > 0) kid(node, i);
      else leaf(node, i);
    }
  }

  function kid(node: TextNode, i: number): void {
    const kid = node.nodes[i]!;
    check(kid.height === node.height - 1, "all leaves at one depth");
    for (const kind of ["units", "breaks", "bytes", "points"] as const) {
      check(sum(kid[kind]) === node[kind][i], `the sum of ${kind}`);
    }
    walk(kid);
  }

  function leaf(node: TextNode, i: number): void {
    const text = node.texts[i]!;
    meter.range(text, 0, text.length);
    check(node.units[i] === text.length, "units of a leaf");
    check(node.breaks[i] === meter.breaks, "breaks of a leaf");
    check(node.bytes[i] === meter.bytes, "bytes of a leaf");
    check(node.points[i] === meter.points, "code points of a leaf");
    check(text.length <= leafMost + 1, `a leaf of ${text.length}`);
    check(text.length > 0 || (node === root && node.units.length === 1), "an empty leaf");
    check(!isInside(last, text.charCodeAt(0)), "a boundary inside of a break or a pair");
    last = text.charCodeAt(text.length - 1);
  }
}

function countBytes({ height, texts, nodes }: TextNode): number {
  return height > 0
    ? sum(nodes.map((node) => sum(node.bytes)))
    : sum(texts.map((text) => new TextEncoder().encode(text).length));
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken invariant: ${what}`);
}
