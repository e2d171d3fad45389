// A manifest at the head of a source file: `/* tenon:manifest { … } */`.

const MARK = "tenon:manifest";

/** White space, line comments and a byte order mark, as much as there is before the first comment. */
const BEFORE = /^\uFEFF?(?:\s+|\/\/[^\n\r]*(?:[\n\r]|$)|#![^\n\r]*(?:[\n\r]|$))*/u;

/** Whether a text begins with a manifest, as no component does. */
export function beginsWithManifest(text: string): boolean {
  const start = BEFORE.exec(text.slice(0, 65_536))![0].length;
  const [opened] = /^\/\*+\s*/u.exec(text.slice(start, start + 200)) ?? [];
  return opened !== undefined && text.startsWith(MARK, start + opened.length);
}

/**
 * The JSON text of the manifest in the first comment of a source. Undefined where that comment is none.
 * A comment ends at the first asterisk with a slash behind it: a manifest that has one in a text writes
 * the slash as `\/`.
 */
export function manifestComment(text: string): string | undefined {
  if (!beginsWithManifest(text)) return undefined;
  const start = text.indexOf(MARK) + MARK.length;
  const end = text.indexOf("*/", start);
  return end < 0 ? text.slice(start) : text.slice(start, end).replace(/\*+$/u, "");
}
