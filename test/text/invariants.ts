import { expect } from "vitest";
import { isInside } from "../../src/text/cut.ts";
import { Meter } from "../../src/text/meter.ts";
import { fanOut, leafMost, nodeLeast, sum } from "../../src/text/node.ts";
import type { TextNode } from "../../src/text/node.ts";
import type { TextBuffer } from "../../src/text/index.ts";

/// Fails where the tree of a buffer breaks one of its invariants: depth, fill, sums, boundaries.
export function checkTree(buffer: TextBuffer): void {
  const root = buffer.snapshot().root();
  let last = 0;
  const meter = new Meter();
  const walk = (node: TextNode, isRoot: boolean): void => {
    const { units, breaks, bytes, points, texts, nodes, height } = node;
    const count = units.length;
    expect(count).toBeLessThanOrEqual(fanOut);
    if (isRoot) expect(count).toBeGreaterThan(height > 0 ? 1 : 0);
    else expect(count).toBeGreaterThanOrEqual(nodeLeast);
    expect([breaks.length, bytes.length, points.length]).toEqual([count, count, count]);
    expect([texts.length, nodes.length]).toEqual(height === 0 ? [count, 0] : [0, count]);
    for (let i = 0; i < count; i++) {
      if (height > 0) {
        const kid = nodes[i]!;
        expect(kid.height).toBe(height - 1);
        const sums = [kid.units, kid.breaks, kid.bytes, kid.points].map(sum);
        expect(sums).toEqual([units[i], breaks[i], bytes[i], points[i]]);
        walk(kid, false);
        continue;
      }
      const text = texts[i]!;
      meter.range(text, 0, text.length);
      const { breaks: b, bytes: c, points: p } = meter;
      expect([text.length, b, c, p]).toEqual([units[i], breaks[i], bytes[i], points[i]]);
      expect(text.length).toBeLessThanOrEqual(leafMost + 1);
      if (!isRoot || count > 1) expect(text.length).toBeGreaterThan(0);
      expect(isInside(last, text.charCodeAt(0))).toBe(false);
      last = text.charCodeAt(text.length - 1);
    }
  };
  walk(root, true);
}
