import { stripVTControlCharacters, styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/// Text for one stream. Colours only where the stream is a terminal and NO_COLOR is unset
/// (`styleText` asks both).
export interface Terminal {
  write(text: string): void;
  line(text?: string): void;
  style(style: Style, text: string): string;
  readonly interactive: boolean;
  readonly columns: number;
}

export function terminal(stream: NodeJS.WriteStream): Terminal {
  return {
    write: (text) => void stream.write(text),
    line: (text = "") => void stream.write(`${text}\n`),
    style: (style, text) => styleText(style, text, { stream }),
    interactive: stream.isTTY === true,
    columns: stream.columns ?? 100,
  };
}

/// Rows as aligned columns; figures to the right. The first row is the heading.
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, shownWidth(cell));
  }
  const figures = widths.map((_, i) => rows.slice(1).every((row) => isFigure(row[i] ?? "")));
  return rows.map((row) =>
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
  return /^(\d[\d.,]*( ?(B|KB|MB|ms|µs|s|%))?|-)?$/.test(stripVTControlCharacters(cell));
}

function shownWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
