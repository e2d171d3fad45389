import { TenonError } from "../errors.ts";
import { checkText } from "../options.ts";
import { checkRange } from "./range.ts";

/** Replaces `[start, end)`, in UTF-16 units; an empty range inserts, an empty `insert` deletes. */
export interface TextEdit {
  /** The offset of the first UTF-16 unit that is replaced. */
  readonly start: number;
  /** The offset behind the last UTF-16 unit that is replaced. */
  readonly end: number;
  /** The text that takes their place; empty to delete. */
  readonly insert: string;
}

/**
 * Checks that edits lie in a text of `length` units, are sorted and do not overlap. Two insertions
 * at one place are allowed. Throws `text-range` or `text-overlap`, with the edit's index in
 * `data.index`, and `usage` for an `insert` that is no text.
 */
export function checkEdits(edits: readonly TextEdit[], length: number): void {
  let last = 0;
  for (let index = 0; index < edits.length; index++) {
    const { start, end, insert } = edits[index]!;
    checkRange(start, end, length);
    if (typeof insert !== "string") checkText(`insert of edit ${index}`, insert);
    if (start < last) {
      throw new TenonError(
        "text-overlap",
        `edit ${index} starts at ${start}, before the end ${last} of the one before it; ` +
          "sort the edits and join those that overlap",
        { data: { index } },
      );
    }
    last = end;
  }
}
