import { TenonError } from "../../errors.ts";
import type { TextNode } from "./node.ts";
import { bytesOfUnit, endsBreak, isInPair } from "./units.ts";

// Conversions between units, line breaks, bytes and code points: a walk from the root, then through
// part of one leaf. All offsets must be in range; the views check that.

/**
 * Line breaks that end at or before the offset. An offset between `\r` and `\n` is before the
 * break.
 */
export function breaksBefore(root: TextNode, offset: number): number {
  let node = root;
  let rest = offset;
  let total = 0;
  for (;;) {
    const { units, breaks } = node;
    const last = units.length - 1;
    let i = 0;
    while (i < last && rest >= units[i]!) {
      rest -= units[i]!;
      total += breaks[i++]!;
    }
    if (node.height === 0) return total + leafBreaks(node.texts[i]!, rest, breaks[i]!);
    node = node.nodes[i]!;
  }
}

/** The offset just after the line break number `line` (from 1). */
export function afterBreak(root: TextNode, line: number): number {
  let node = root;
  let rest = line;
  let offset = 0;
  for (;;) {
    const { units, breaks } = node;
    let i = 0;
    while (rest > breaks[i]!) {
      rest -= breaks[i]!;
      offset += units[i++]!;
    }
    if (node.height === 0) return offset + leafAfterBreak(node.texts[i]!, rest, breaks[i]!);
    node = node.nodes[i]!;
  }
}

/**
 * How many bytes or code points the units before an offset are. Throws `text-inside-character`
 * between the halves of a surrogate pair.
 */
export function countBefore(root: TextNode, offset: number, what: "bytes" | "points"): number {
  let node = root;
  let rest = offset;
  let total = 0;
  for (;;) {
    const { units } = node;
    const counts = node[what];
    const last = units.length - 1;
    let i = 0;
    while (i < last && rest >= units[i]!) {
      rest -= units[i]!;
      total += counts[i++]!;
    }
    if (node.height > 0) {
      node = node.nodes[i]!;
      continue;
    }
    if (node.bytes[i] === units[i]) return total + rest;
    const text = node.texts[i]!;
    if (isInPair(text, rest)) throw insideCharacter("offset", offset);
    for (let at = 0; at < rest; at++) total += widthAt(text, at, what);
    return total;
  }
}

/**
 * The offset of a byte or a code point. Throws `text-inside-character` where a byte is not the first
 * of its character.
 */
export function offsetOf(root: TextNode, count: number, what: "bytes" | "points"): number {
  let node = root;
  let rest = count;
  let offset = 0;
  for (;;) {
    const { units } = node;
    const counts = node[what];
    const last = units.length - 1;
    let i = 0;
    while (i < last && rest >= counts[i]!) {
      rest -= counts[i]!;
      offset += units[i++]!;
    }
    if (node.height > 0) {
      node = node.nodes[i]!;
      continue;
    }
    if (node.bytes[i] === units[i]) return offset + rest;
    const text = node.texts[i]!;
    let at = 0;
    while (rest > 0) {
      rest -= widthAt(text, at, what);
      if (isInPair(text, ++at)) rest -= widthAt(text, at++, what);
    }
    if (rest < 0) throw insideCharacter(what === "bytes" ? "byte" : "code point", count);
    return offset + at;
  }
}

// Counts from the nearer end of the leaf. Without carriage returns, the engine's own search for
// line feeds is several times as fast as looking at every unit.

function leafBreaks(text: string, offset: number, all: number): number {
  if (all === 0 || offset === 0) return 0;
  const feeds = !text.includes("\r");
  if (offset * 2 > text.length) {
    let after = 0;
    if (feeds) {
      for (let i = text.indexOf("\n", offset); i >= 0; i = text.indexOf("\n", i + 1)) after++;
    } else {
      for (let i = offset; i < text.length; i++) if (endsBreak(text, i)) after++;
    }
    return all - after;
  }
  let before = 0;
  if (feeds) {
    for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) before++;
  } else {
    for (let i = 0; i < offset; i++) if (endsBreak(text, i)) before++;
  }
  return before;
}

function leafAfterBreak(text: string, line: number, all: number): number {
  const feeds = !text.includes("\r");
  if (line * 2 > all) {
    let rest = all - line;
    let i = text.length - 1;
    if (feeds) {
      i = text.lastIndexOf("\n", i);
      while (rest-- > 0) i = text.lastIndexOf("\n", i - 1);
    } else {
      while (!endsBreak(text, i) || rest-- > 0) i--;
    }
    return i + 1;
  }
  let rest = line;
  let i = 0;
  if (feeds) {
    i = text.indexOf("\n");
    while (--rest > 0) i = text.indexOf("\n", i + 1);
  } else {
    while (!endsBreak(text, i) || --rest > 0) i++;
  }
  return i + 1;
}

/**
 * What a unit adds. The second half of a pair adds what the first half leaves of the four bytes.
 */
function widthAt(text: string, at: number, what: "bytes" | "points"): number {
  const second = isInPair(text, at);
  if (what === "points") return second ? 0 : 1;
  return second ? 1 : bytesOfUnit(text.charCodeAt(at));
}

function insideCharacter(what: string, value: number): TenonError {
  return new TenonError(
    "text-inside-character",
    `${what} ${value} lies inside a character; give the position before or after it`,
    { data: { what, value } },
  );
}
