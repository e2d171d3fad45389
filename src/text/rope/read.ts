import type { TextNode } from "./node.ts";

/** The text of `[from, to)`, which must lie in the tree. O(log n + leaves). */
export function sliceOf(node: TextNode, from: number, to: number): string {
  const { units } = node;
  let start = 0;
  let i = 0;
  while (start + units[i]! <= from) {
    start += units[i++]!;
    if (i === units.length) return "";
  }
  let text = "";
  for (; i < units.length && start < to; i++) {
    const size = units[i]!;
    const low = from > start ? from - start : 0;
    const high = to < start + size ? to - start : size;
    if (node.height > 0) text += sliceOf(node.nodes[i]!, low, high);
    else if (low === 0 && high === size) text += node.texts[i]!;
    else text += node.texts[i]!.slice(low, high);
    start += size;
  }
  return text;
}

/** The leaves of `[from, to)`; the first and the last are cut to the range. */
export function* chunksOf(node: TextNode, from: number, to: number): Generator<string, void> {
  const { units } = node;
  let start = 0;
  for (let i = 0; i < units.length && start < to; i++) {
    const size = units[i]!;
    const end = start + size;
    if (end > from) {
      const low = Math.max(from - start, 0);
      const high = Math.min(to - start, size);
      if (node.height > 0) yield* chunksOf(node.nodes[i]!, low, high);
      else yield node.texts[i]!.slice(low, high);
    }
    start = end;
  }
}

/** Whether two trees contain the same units. */
export function sameText(a: TextNode, b: TextNode, length: number): boolean {
  if (a === b) return true;
  const lefts = chunksOf(a, 0, length);
  const rights = chunksOf(b, 0, length);
  let left = "";
  let right = "";
  for (let done = 0; done < length;) {
    if (left === "") left = lefts.next().value ?? "";
    if (right === "") right = rights.next().value ?? "";
    const size = Math.min(left.length, right.length);
    if (left.slice(0, size) !== right.slice(0, size)) return false;
    left = left.slice(size);
    right = right.slice(size);
    done += size;
  }
  return true;
}
