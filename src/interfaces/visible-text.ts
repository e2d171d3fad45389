/// Control, bidirectional and invisible format characters, line and paragraph separators.
const hidden: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const escapes: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/// The text with every character that would not show, or would change how others show, written out:
/// `\n`, `\u{1b}`. Nothing is dropped.
export function visibleText(text: string): string {
  return text.replace(
    hidden,
    (found) => escapes.get(found) ?? `\\u{${found.codePointAt(0)?.toString(16)}}`,
  );
}
