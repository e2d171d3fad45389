import type { TenonError } from "../errors.ts";

/// The text of a document at one version, as far as plugins and the host look at it. Offsets are
/// UTF-16 units, lines count from 0; a line break is `\n`, `\r\n` or a lone `\r`. What is out of range
/// throws `text-range`.
export interface TextContent {
  readonly length: number;
  /// In UTF-8.
  readonly byteLength: number;
  readonly lineCount: number;
  slice(start?: number, end?: number): string;
  /// `[start, end)` without the line break.
  lineRange(number: number): { readonly start: number; readonly end: number };
  /// The line that an offset is on.
  lineOf(offset: number): number;
  /// UTF-8 bytes before an offset. Throws `text-inside-character` inside a surrogate pair.
  byteAt(offset: number): number;
  /// The offset of a byte. Throws `text-inside-character` inside a character's bytes.
  offsetOfByte(byte: number): number;
  /// The text from `start` in pieces, none ending inside a surrogate pair.
  chunks(start?: number): Iterable<string>;
}

/// Replaces `[start, end)`, in UTF-16 units; an empty range inserts, an empty `insert` deletes.
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/// Whether a conversion failed for an offset inside a character.
export function isInsideCharacter(error: unknown): error is TenonError {
  return error instanceof Error && "code" in error && error.code === "text-inside-character";
}
