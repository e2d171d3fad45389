import type { ByteEdit, ByteEdits } from "./text-change.ts";
import { utf8Length } from "../contract/utf8.ts";

export type RebasedEdits =
  | { readonly tag: "rebased"; readonly edits: ByteEdits }
  /** The first edit that cannot be done where `over` has been done. */
  | { readonly tag: "conflict"; readonly index: number };

/**
 * What edits become on a text that `over` has changed; both refer to the same version, sorted and
 * without overlap. Of two insertions at one place those of `over` come first. It is a conflict where
 * both replace the same bytes, or one inserts inside of what the other replaces.
 */
export function rebase(edits: ByteEdits, over: ByteEdits): RebasedEdits {
  const rebased: ByteEdit[] = [];
  let passed = 0;
  let shift = 0;
  for (const [index, { start, end, insert }] of edits.entries()) {
    for (let theirs = over[passed]; theirs !== undefined; theirs = over[passed]) {
      if (theirs.end > start) break;
      shift += growth(theirs);
      passed++;
    }
    const next = over[passed];
    if (next !== undefined && next.start < end) return { tag: "conflict", index };
    if (next !== undefined && next.start < start) return { tag: "conflict", index };
    rebased.push({ start: start + shift, end: end + shift, insert });
  }
  return { tag: "rebased", edits: rebased };
}

/** By how many bytes edits make a text longer. */
export function growthOf(edits: ByteEdits): number {
  return edits.reduce((sum, edit) => sum + growth(edit), 0);
}

function growth({ start, end, insert }: ByteEdit): number {
  return utf8Length(insert) - (end - start);
}
