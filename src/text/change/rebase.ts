import type { TextEdit } from "../edit.ts";

export type RebasedEdits =
  | { readonly tag: "rebased"; readonly edits: readonly TextEdit[] }
  /** The first edit that cannot be made after the others were made, by its index in either list. */
  | { readonly tag: "conflict"; readonly ours: number; readonly theirs: number };

/**
 * Moves edits to their places in a text that `over` has changed. Both refer to the same text, are
 * sorted and do not overlap; the edits of `over` do not touch either. Of two insertions at one
 * place, ours come on `side` of theirs. It is a conflict where both replace the same units, or one
 * inserts inside of what the other replaces.
 */
export function rebasedEdits(
  edits: readonly TextEdit[],
  over: readonly TextEdit[],
  side: "before" | "after",
): RebasedEdits {
  const rebased: TextEdit[] = [];
  let theirs = 0;
  let shift = 0;
  for (const [ours, { start, end, insert }] of edits.entries()) {
    for (let edit = over[theirs]; edit !== undefined; edit = over[theirs]) {
      if (edit.end > start) break;
      const samePlace = edit.end === start && edit.start === start && end === start;
      if (samePlace && side === "before") break;
      shift += edit.insert.length - (edit.end - edit.start);
      theirs++;
    }
    const next = over[theirs];
    if (next !== undefined && next.start < end && start < next.end) {
      return { tag: "conflict", ours, theirs };
    }
    rebased.push({ start: start + shift, end: end + shift, insert });
  }
  return { tag: "rebased", edits: rebased };
}
