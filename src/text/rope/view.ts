import { TenonError } from "../../errors.ts";
import { checkIndex, checkRange } from "../range.ts";
import { chunksOf, sameText, sliceOf } from "./read.ts";
import { afterBreak, breaksBefore, countBefore, offsetOf } from "./seek.ts";
import { sum } from "./node.ts";
import type { TextNode } from "./node.ts";
import type { TextSnapshot } from "./snapshot.ts";
import { utf8Encoder } from "../../utf8.ts";

/** Zero-based; the column in UTF-16 units from the start of the line. */
export interface Position {
  /** The line, from 0. */
  readonly line: number;
  /** UTF-16 units from the start of the line, from 0. */
  readonly column: number;
}

/**
 * A line, in UTF-16 units: `[start, end)` without its line break, `next` just after it. The last
 * line has no break: there, `next` equals `end`.
 */
export interface LineRange {
  /** The line's number, from 0. */
  readonly number: number;
  /** The offset of its first UTF-16 unit. */
  readonly start: number;
  /** The offset behind its last UTF-16 unit, before the line break. */
  readonly end: number;
  /** The offset behind its line break: where the next line starts. */
  readonly next: number;
}

/** A line, with its text. */
export interface Line extends LineRange {
  /** The line's text, without its line break. */
  readonly text: string;
}

/**
 * The reading side of a text, of a changing one (TextBuffer) or an unchanging one (TextSnapshot).
 *
 * Offsets are UTF-16 units from 0 to `length`; lines count from 0. A line break is `\n`, `\r\n` or
 * a lone `\r`. Anything out of range throws `text-range`. All operations take O(log n), except for
 * the iterations, `slice`, `toString` and `equals`.
 */
export abstract class TextView {
  /** In UTF-16 units. */
  abstract get length(): number;
  /**
   * The current tree; valid until the next edit.
   *
   * @internal
   */
  protected abstract root(): TextNode;
  /** The current text, unaffected by later edits. O(1). */
  abstract snapshot(): TextSnapshot;

  /** The number of line breaks, and one. */
  get lineCount(): number {
    return sum(this.root().breaks) + 1;
  }
  /** The length in UTF-8, where a lone surrogate counts as U+FFFD. */
  get byteLength(): number {
    return sum(this.root().bytes);
  }
  /** Code points; a lone surrogate counts as one. */
  get codePointCount(): number {
    return sum(this.root().points);
  }

  /** The text from unit `start` up to `end`. Default: all of it. */
  slice(start = 0, end: number = this.length): string {
    checkRange(start, end, this.length);
    return sliceOf(this.root(), start, end);
  }

  /** The whole text. */
  toString(): string {
    return sliceOf(this.root(), 0, this.length);
  }

  /** Where a line is, by its number from 0. Throws `text-range`. */
  lineRange(number: number): LineRange {
    const root = this.root();
    const lines = sum(root.breaks);
    checkIndex("line", number, lines);
    const start = number === 0 ? 0 : afterBreak(root, number);
    if (number === lines) return { number, start, end: this.length, next: this.length };
    const next = afterBreak(root, number + 1);
    const crlf = next - start >= 2 && sliceOf(root, next - 2, next) === "\r\n";
    return { number, start, end: next - (crlf ? 2 : 1), next };
  }

  /** A line with its text, by its number from 0. Throws `text-range`. */
  lineAt(number: number): Line {
    const range = this.lineRange(number);
    return { ...range, text: sliceOf(this.root(), range.start, range.end) };
  }

  /**
   * The line that an offset is on. An offset between `\r` and `\n` is still on the line that they
   * end.
   */
  lineOf(offset: number): number {
    checkIndex("offset", offset, this.length);
    return breaksBefore(this.root(), offset);
  }

  /**
   * The line and column of an offset. An offset between `\r` and `\n` has the column behind the
   * line's last one; `offsetAt` turns it back into the same offset.
   */
  positionAt(offset: number): Position {
    const line = this.lineOf(offset);
    return { line, column: offset - (line === 0 ? 0 : afterBreak(this.root(), line)) };
  }

  /**
   * The offset of a position. Throws `text-range` for a column past the end of the line, except for
   * the one between `\r` and `\n`.
   */
  offsetAt(position: Position): number {
    const { start, end, next } = this.lineRange(position.line);
    checkIndex("column", position.column, next - end === 2 ? end + 1 - start : end - start);
    return start + position.column;
  }

  /** The first offset of a line. */
  lineStart(number: number): number {
    const root = this.root();
    checkIndex("line", number, sum(root.breaks));
    return number === 0 ? 0 : afterBreak(root, number);
  }

  /**
   * The number of UTF-8 bytes before an offset. Throws `text-inside-character` inside a surrogate
   * pair.
   */
  byteAt(offset: number): number {
    checkIndex("offset", offset, this.length);
    return countBefore(this.root(), offset, "bytes");
  }

  /** The offset of a byte. Throws `text-inside-character` inside the bytes of a character. */
  offsetOfByte(byte: number): number {
    checkIndex("byte", byte, this.byteLength);
    return offsetOf(this.root(), byte, "bytes");
  }

  /**
   * The number of code points before an offset. Throws `text-inside-character` inside a surrogate
   * pair.
   */
  codePointsBefore(offset: number): number {
    checkIndex("offset", offset, this.length);
    return countBefore(this.root(), offset, "points");
  }

  /** The offset in UTF-16 units of a code point, by its index from 0. Throws `text-range`. */
  offsetOfCodePoint(index: number): number {
    checkIndex("code point", index, this.codePointCount);
    return offsetOf(this.root(), index, "points");
  }

  /**
   * The text in pieces of a few thousand units. No piece is empty, and none ends inside a `\r\n` or
   * a surrogate pair, unless the range does. Later edits do not affect it.
   */
  chunks(start = 0, end: number = this.length): Generator<string, void> {
    checkRange(start, end, this.length);
    return chunksOf(this.snapshot().root(), start, end);
  }

  /**
   * The text as UTF-8, in pieces of whole characters. A lone surrogate becomes U+FFFD; with
   * `refuse`, it throws `text-surrogate`.
   */
  bytes(lone: "replace" | "refuse" = "replace"): Generator<Uint8Array<ArrayBuffer>, void> {
    return encode(this.chunks(), lone);
  }

  /** The lines `[from, to)` without their breaks. Default: all. Later edits do not affect it. */
  lines(from = 0, to: number = this.lineCount): Generator<string, void> {
    checkRange(from, to, this.lineCount);
    const start = from === 0 ? 0 : from === this.lineCount ? this.length : this.lineStart(from);
    return linesOf(this.chunks(start), to - from);
  }

  /** Whether the other has the same text. */
  equals(other: TextView): boolean {
    if (other === this) return true;
    if (other.length !== this.length || other.byteLength !== this.byteLength) return false;
    return sameText(this.root(), other.root(), this.length);
  }
}

function* encode(
  chunks: Iterable<string>,
  lone: "replace" | "refuse",
): Generator<Uint8Array<ArrayBuffer>, void> {
  for (const chunk of chunks) {
    if (lone === "refuse" && !chunk.isWellFormed()) {
      throw new TenonError(
        "text-surrogate",
        "the text has a lone surrogate, which UTF-8 cannot express; remove it or let it be replaced",
      );
    }
    yield utf8Encoder.encode(chunk);
  }
}

/**
 * Chunks never divide a `\r\n`: a line is the text between two matches in one chunk, after the rest
 * of earlier chunks.
 */
function* linesOf(chunks: Iterable<string>, count: number): Generator<string, void> {
  let left = count;
  let open = "";
  if (left === 0) return;
  for (const chunk of chunks) {
    const lines = chunk.split(/\r\n|\n|\r/);
    for (let i = 0; i < lines.length - 1; i++) {
      yield open + lines[i]!;
      open = "";
      if (--left === 0) return;
    }
    open += lines.at(-1)!;
  }
  yield open;
}
