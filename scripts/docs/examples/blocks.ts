/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line of text, from 1. */
  readonly line: number;
  /** The heading above it. */
  readonly heading: string;
  /** What the document says that it prints: the block of `text` that follows, with no other block between. */
  readonly output: string | undefined;
}

/** The fenced blocks of a document, in their order. A block within a list loses the list's indentation. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  let heading = "";
  for (let at = 0; at < lines.length; at++) {
    const [, title] = /^#+ (.+)$/.exec(lines[at]!) ?? [];
    heading = title ?? heading;
    const [, indent, language] = /^( *)```(\S*)/.exec(lines[at]!) ?? [];
    if (indent === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line === `${indent}\`\`\``);
    if (end < 0) throw new Error(`the block of line ${at + 1} has no end`);
    const text = lines
      .slice(at + 1, end)
      .map((line) => line.slice(indent.length))
      .join("\n");
    blocks.push({ language: language ?? "", text, line: at + 2, heading, output: undefined });
    at = end;
  }
  return blocks.flatMap((block, index) => {
    if (block.language === "text") return index === 0 ? [block] : [];
    const next = blocks[index + 1];
    return [next?.language === "text" ? { ...block, output: next.text } : block];
  });
}

/**
 * Whether what was printed is what the document says. `…` stands for anything within a line, and on a line by
 * itself for any number of lines.
 */
export function matches(printed: string, said: string): boolean {
  const pattern = said
    .trim()
    .split("\n")
    .map((line) =>
      line.trim() === "…"
        ? "[^]*?"
        : `${line.trimEnd().split("…").map(literal).join("[^\\n]*?")} *\\n`,
    )
    .join("");
  return new RegExp(`^${pattern}$`).test(`${printed.trim()}\n`);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
