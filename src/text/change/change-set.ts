import { TenonError } from "../../errors.ts";
import type { TextBuffer } from "../rope/buffer.ts";
import { checkEdits } from "../edit.ts";
import type { TextEdit } from "../edit.ts";
import { checkIndex, checkLength } from "../range.ts";
import { rebasedEdits } from "./rebase.ts";
import { composed, SectionWriter, transformed } from "./sections.ts";
import type { TextView } from "../rope/view.ts";

/** To which side of text that is inserted exactly at a position the position goes. */
export type Bias = "before" | "after";

/** Two edits that cannot both be made, by their indices in the two sets. */
export interface Conflict {
  /** The index of the edit in this set. */
  readonly ours: number;
  /** The index of the edit in the other set. */
  readonly theirs: number;
}

/** Changes moved to where their places are now, or the first two edits that cannot both be made. */
export type Rebased =
  | { readonly tag: "rebased"; readonly changes: ChangeSet }
  | ({ readonly tag: "conflict" } & Conflict);

/**
 * A change from one text to another: edits that refer to the text before. Immutable. All operations
 * take O(edits), `map` O(log edits).
 */
export class ChangeSet {
  /** Sorted; no edit is empty, and no two touch. */
  readonly edits: readonly TextEdit[];
  /** Length of the text before, in UTF-16 units. */
  readonly before: number;
  /** Length of the text after. */
  readonly after: number;
  /** How far the text after each edit has moved. */
  readonly #shifts: readonly number[];

  private constructor(before: number, edits: readonly TextEdit[]) {
    const shifts: number[] = [];
    let shift = 0;
    for (const { start, end, insert } of edits)
      shifts.push((shift += insert.length - (end - start)));
    this.edits = edits;
    this.before = before;
    this.after = before + shift;
    this.#shifts = shifts;
  }

  /**
   * A change of a text of `before` units. The edits are as for TextBuffer.edit, and errors are the
   * same. Edits that touch are joined.
   */
  static of(before: number, edits: readonly TextEdit[]): ChangeSet {
    checkLength(before);
    checkEdits(edits, before);
    const out = new SectionWriter();
    let at = 0;
    for (const { start, end, insert } of edits) {
      out.keep(start - at);
      out.delete(end - start);
      out.insert(insert);
      at = end;
    }
    return new ChangeSet(before, out.finish());
  }

  /** Changes that change nothing, for a text of `length` UTF-16 units. */
  static none(length: number): ChangeSet {
    checkLength(length);
    return new ChangeSet(length, []);
  }

  /** Whether nothing is changed. */
  get isEmpty(): boolean {
    return this.edits.length === 0;
  }

  /** Roughly how many bytes the change takes. */
  get size(): number {
    return this.edits.reduce((total, edit) => total + 64 + 2 * edit.insert.length, 128);
  }

  /** Throws `text-conflict` where the text before the change has another length. */
  expectLength(length: number): void {
    this.#expect(length, this.before);
  }

  /** Throws `text-conflict` for a text of another length. */
  apply(buffer: TextBuffer): void {
    this.#expect(buffer.length, this.before);
    buffer.edit(this.edits);
  }

  /** The change that undoes this one. `text` is the text before. */
  invert(text: TextView): ChangeSet {
    this.#expect(text.length, this.before);
    const edits = this.edits.map(({ start, end, insert }, i) => {
      const from = start + (this.#shifts[i - 1] ?? 0);
      return {
        start: from,
        end: from + insert.length,
        insert: start === end ? "" : text.slice(start, end),
      };
    });
    return new ChangeSet(this.after, edits);
  }

  /** This change and then `next`, as one change. */
  compose(next: ChangeSet): ChangeSet {
    this.#expect(next.before, this.after);
    return new ChangeSet(this.before, composed(this.edits, next.edits));
  }

  /**
   * Where a position of the text before is in the text after. A position inside of replaced text
   * goes to the side of its bias; one at the edge of replaced text stays outside of it.
   */
  map(position: number, bias: Bias = "before"): number {
    checkIndex("offset", position, this.before);
    const { edits } = this;
    let low = 0;
    let high = edits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edits[middle]!.start <= position) low = middle + 1;
      else high = middle;
    }
    const edit = edits[low - 1];
    if (edit === undefined) return position;
    const { start, end, insert } = edit;
    return mapOver(position, start, end, insert.length, bias) + (this.#shifts[low - 2] ?? 0);
  }

  /**
   * The same change for a text that `over` has changed; both refer to the same text. Insertions at
   * the same place come `before` or `after` those of `over`; text that replaces a range stays
   * before text that is inserted behind the range. Conflicts are not reported: see `rebase`.
   */
  transform(over: ChangeSet, side: Bias): ChangeSet {
    this.#expect(over.before, this.before);
    return new ChangeSet(over.after, transformed(this.edits, over.edits, side));
  }

  /**
   * Does what `transform` does, but reports a conflict: where both replace the same units, or one
   * inserts inside of what the other replaces.
   */
  rebase(over: ChangeSet, side: Bias = "after"): Rebased {
    this.#expect(over.before, this.before);
    const rebased = rebasedEdits(this.edits, over.edits, side);
    if (rebased.tag === "conflict") return rebased;
    return { tag: "rebased", changes: ChangeSet.of(over.after, rebased.edits) };
  }

  /** The first of its edits that cannot be made after `other` has been made. */
  conflict(other: ChangeSet): Conflict | undefined {
    const rebased = this.rebase(other);
    return rebased.tag === "conflict" ? { ours: rebased.ours, theirs: rebased.theirs } : undefined;
  }

  #expect(length: number, wanted: number): void {
    if (length === wanted) return;
    throw new TenonError(
      "text-conflict",
      `the changes are of a text of ${wanted} units, not ${length}; use the text that they were made from`,
      { data: { length, wanted } },
    );
  }
}

/**
 * Where a position is after `[start, end)` was replaced by `units` units. The position is not
 * before `start`.
 */
export function mapOver(
  position: number,
  start: number,
  end: number,
  units: number,
  bias: Bias,
): number {
  if (start === end) return bias === "before" && position === start ? start : position + units;
  if (position === start) return start;
  if (position >= end) return position + units - (end - start);
  return bias === "before" ? start : start + units;
}
