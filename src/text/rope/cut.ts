import type { Meter } from "./meter.ts";
import { leafMost, leafTarget } from "./node.ts";
import type { Entry } from "./node.ts";
import { isInside } from "./units.ts";

export function leafOf(text: string, meter: Meter): Entry {
  meter.whole(text);
  return {
    node: undefined,
    text,
    units: text.length,
    breaks: meter.breaks,
    bytes: meter.bytes,
    points: meter.points,
  };
}

/**
 * Cuts the concatenation of a few pieces into leaves. One leaf where it fits into one; otherwise
 * leaves of about the target length, evenly, none of which ends inside a `\r\n` or a surrogate
 * pair. Leaves that lie inside a piece share its characters, so nothing large is copied.
 */
export function cut(pieces: readonly string[], meter: Meter): Entry[] {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  if (length === 0) return [];
  if (length <= leafMost) return [leafOf(pieces.join(""), meter)];
  const leaves: Entry[] = [];
  const count = Math.ceil(length / leafTarget);
  let start = 0;
  for (let i = 1; i <= count; i++) {
    let end = Math.floor((length * i) / count);
    if (i < count && isInside(unitOf(pieces, end - 1), unitOf(pieces, end))) end++;
    leaves.push(leafOf(sliceOf(pieces, start, end), meter));
    start = end;
  }
  return leaves;
}

/** The unit at a position of the concatenation; 0 where there is none. */
export function unitOf(pieces: readonly string[], at: number): number {
  let rest = at;
  for (const piece of pieces) {
    if (rest < piece.length) return piece.charCodeAt(rest);
    rest -= piece.length;
  }
  return 0;
}

function sliceOf(pieces: readonly string[], from: number, to: number): string {
  let text = "";
  let start = 0;
  for (const piece of pieces) {
    const end = start + piece.length;
    if (from < end && to > start) {
      text += piece.slice(Math.max(0, from - start), Math.min(piece.length, to - start));
    }
    start = end;
  }
  return text;
}
