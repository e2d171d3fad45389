import { styleText } from "node:util";
import { visibleText } from "../index.ts";

type Style = Parameters<typeof styleText>[0];

/**
 * Text with a style that the command chose. Its content is shown as plain text, like everything
 * else.
 */
export interface Styled {
  readonly style: Style;
  readonly text: string;
}

/**
 * A part of a line. A string may contain what plugins wrote: characters that would act on the
 * terminal, hide, or reorder the text beside them are written out (visibleText).
 */
export type Piece = string | Styled;

/**
 * Writes text to one stream. In colour only where the stream is a terminal and NO_COLOR is unset
 * (`styleText` asks both).
 */
export interface Terminal {
  line(...pieces: readonly Piece[]): void;
  /**
   * Writes several lines. Line breaks and tabs stay; all other characters that hide text are
   * written out.
   */
  lines(text: string): void;
  /** Writes an error's code and its message, which may have several lines. */
  failure(code: string, message: string): void;
  /**
   * Writes the text unchanged: a document that goes into a file or a pipe, JSON, the command's own
   * screen control.
   */
  raw(text: string): void;
  style(style: Style, text: string): Styled;
  /** The line as `line` would write it, without the line break. */
  shown(...pieces: readonly Piece[]): string;
  readonly interactive: boolean;
  readonly columns: number;
}

/**
 * The reader of a pipe may close it early (`tenon inspect FILE | head -1`). What follows is
 * dropped, and the command does not fail for it. Where nothing can be written for another reason, as
 * on a full disk, `lost` hears it, once. Default: throws it.
 */
export function terminal(
  stream: NodeJS.WriteStream,
  lost: (error: NodeJS.ErrnoException) => void = (error) => {
    throw error;
  },
): Terminal {
  let isLost = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || isLost) return;
    isLost = true;
    lost(error);
  });
  const shown = (...pieces: readonly Piece[]): string =>
    pieces
      .map((piece) =>
        typeof piece === "string"
          ? visible(piece)
          : styleText(piece.style, visible(piece.text), { stream }),
      )
      .join("");
  return {
    line: (...pieces) => void stream.write(`${shown(...pieces)}\n`),
    lines: (text) => void stream.write(`${visibleText(text, { limit: Infinity, lines: true })}\n`),
    failure: (code, message) =>
      void stream.write(
        `${styleText("red", visible(code), { stream })}  ${visibleText(message, { limit: Infinity, lines: true })}\n`,
      ),
    raw: (text) => void stream.write(text),
    style: (style, text) => ({ style, text }),
    shown,
    interactive: stream.isTTY === true,
    columns: stream.columns ?? 100,
  };
}

function visible(text: string): string {
  return visibleText(text, { limit: Infinity });
}

/**
 * Rows as aligned columns, figures to the right. The first row is the heading. The cells are shown
 * as plain text.
 */
export function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(visible));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, shownWidth(cell));
  }
  const figures = widths.map((_, i) => cells.slice(1).every((row) => isFigure(row[i] ?? "")));
  return cells.map((row) =>
    row
      .map((cell, i) => {
        const gap = " ".repeat((widths[i] ?? 0) - shownWidth(cell));
        return figures[i] === true ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** In units of 1,024 and 1,048,576 bytes: KiB and MiB. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(count < 10_240 ? 1 : 0)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(0)} ms`;
}

function isFigure(cell: string): boolean {
  return /^(\d[\d.,]*( ?(B|KiB|MiB|ms|µs|s|%))?|-)?$/.test(cell);
}

function shownWidth(text: string): number {
  return [...text].length;
}
