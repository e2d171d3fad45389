import { styleText } from "node:util";
import { visibleText } from "../index.ts";

type Style = Parameters<typeof styleText>[0];

/** Text with a style of ours. What is in it is shown as text, as everything else is. */
export interface Styled {
  readonly style: Style;
  readonly text: string;
}

/**
 * A part of a line. Strings may hold what plugins wrote: whatever would act on the terminal, hide, or
 * reorder what stands beside it is written out (visibleText).
 */
export type Piece = string | Styled;

/**
 * Text for one stream. Colours only where the stream is a terminal and NO_COLOR is unset
 * (`styleText` asks both).
 */
export interface Terminal {
  line(...pieces: readonly Piece[]): void;
  /** Several lines: line breaks and tabs stay, nothing else that hides does. */
  lines(text: string): void;
  /** An error's code and what it says, on as many lines as that has. */
  failure(code: string, message: string): void;
  /** Exactly this: a document that goes into a file or a pipe, JSON, our own screen control. */
  raw(text: string): void;
  style(style: Style, text: string): Styled;
  /** A line as it is written by `line`, without the line break. */
  shown(...pieces: readonly Piece[]): string;
  readonly interactive: boolean;
  readonly columns: number;
}

/**
 * Whoever reads the other end of a pipe may have seen enough (`tenon inspect FILE | head -1`): what
 * follows is written to nobody, and is no failure of the command.
 */
export function terminal(stream: NodeJS.WriteStream): Terminal {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
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
 * Rows as aligned columns; figures to the right. The first row is the heading. What is in the cells is
 * shown as text.
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

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(count < 10_240 ? 1 : 0)} KB`;
  return `${(count / 1024 / 1024).toFixed(1)} MB`;
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(0)} ms`;
}

function isFigure(cell: string): boolean {
  return /^(\d[\d.,]*( ?(B|KB|MB|ms|µs|s|%))?|-)?$/.test(cell);
}

function shownWidth(text: string): number {
  return [...text].length;
}
