/** A heading of a Markdown document. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** The headings that are marked by `#`, without those in fenced code. */
export function headings(markdown: string): readonly Heading[] {
  const found: Heading[] = [];
  let fence: string | undefined;
  for (const [index, line] of markdown.split(/\r\n|\n|\r/u).entries()) {
    const [mark] = /^ {0,3}(?:`{3,}|~{3,})/u.exec(line) ?? [];
    if (mark !== undefined) {
      const kind = mark.trim().charAt(0);
      fence = fence === undefined ? kind : fence === kind ? undefined : fence;
    }
    const heading =
      fence === undefined ? /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/u.exec(line) : null;
    if (heading === null) continue;
    found.push({ level: heading[1]!.length, text: heading[2]!, line: index + 1 });
  }
  return found;
}
