import { entriesOf, fanOut, nodeLeast, nodeOf, entryOf, pack, sum, treeOf } from "./node.ts";
import type { Entry, Owner, TextNode } from "./node.ts";

/**
 * Replaces the leaves of `[from, to)` of a tree. Both ends must be boundaries of leaves; the range
 * is empty only in an empty text. O(leaves + log n).
 */
export function spliceLeaves(
  root: TextNode,
  from: number,
  to: number,
  leaves: readonly Entry[],
  owner: Owner,
): TextNode {
  if (from === 0 && to === sum(root.units)) return treeOf(leaves, owner);
  let level = spliceNode(root, from, to, leaves, owner);
  for (let height = root.height + 1; level.length > 1; height++) level = pack(level, height, owner);
  let top = level[0]!.node!;
  while (top.height > 0 && top.nodes.length === 1) top = top.nodes[0]!;
  return top;
}

/**
 * What replaces `node`, at its height: no, one or several nodes. The outermost ones may be emptier
 * than a node should be.
 */
function spliceNode(
  node: TextNode,
  from: number,
  to: number,
  leaves: readonly Entry[],
  owner: Owner,
): Entry[] {
  const { units } = node;
  let first = 0;
  let start = 0;
  while (start + units[first]! <= from) start += units[first++]!;
  let last = first;
  let end = start + units[first]!;
  while (end < to) end += units[++last]!;
  const kids = entriesOf(node);
  const middle = node.height === 0 ? leaves : spliceKids(node, first, last);
  const merged = [...kids.slice(0, first), ...middle, ...kids.slice(last + 1)];
  if (node.height > 0) fill(merged, first, first + middle.length, node.height - 1, owner);
  return pack(merged, node.height, owner);

  function spliceKids(parent: TextNode, first: number, last: number): Entry[] {
    const { nodes } = parent;
    if (first === last) return spliceNode(nodes[first]!, from - start, to - start, leaves, owner);
    const firstEnd = units[first]!;
    const lastStart = end - units[last]!;
    const head = spliceNode(nodes[first]!, from - start, firstEnd, leaves, owner);
    const tail = spliceNode(nodes[last]!, 0, to - lastStart, [], owner);
    return [...head, ...tail];
  }
}

/** Joins those of the nodes `entries[from, to)` that are too empty with a neighbour, in place. */
function fill(entries: Entry[], from: number, to: number, height: number, owner: Owner): void {
  let i = Math.max(0, from - 1);
  let end = Math.min(entries.length, to + 1);
  while (i < end && entries.length > 1) {
    if (entries[i]!.node!.units.length >= nodeLeast) {
      i++;
      continue;
    }
    const at = i === 0 ? 0 : i - 1;
    const left = entriesOf(entries[at]!.node!);
    const kids = [...left, ...entriesOf(entries[at + 1]!.node!)];
    // An only child had no neighbour that it could be joined with until now.
    if (height > 0) fill(kids, left.length - 1, left.length + 1, height - 1, owner);
    const half = kids.length > fanOut ? kids.length >> 1 : kids.length;
    const joined = [entryOf(nodeOf(kids, 0, half, height, owner))];
    if (half < kids.length) joined.push(entryOf(nodeOf(kids, half, kids.length, height, owner)));
    entries.splice(at, 2, ...joined);
    end -= 2 - joined.length;
    i = at + joined.length - 1;
  }
}
