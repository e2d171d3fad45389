// Makes texts that plugins wrote safe to show to a person.

/**
 * Control and format characters (bidirectional overrides, zero-width spaces, tags), blanks that
 * look like nothing, and lone surrogates. The joiners U+200C and U+200D are allowed, because
 * scripts need them.
 */
const hidden: RegExp =
  /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\u115f\u1160\u2028\u2029\u3164\uffa0]/gu;
/** No script stacks more than four marks on one letter. */
const stacked: RegExp = /(?<=\p{M}{4})\p{M}/gu;
/** An escape that was cut at the end of a text. */
const cutEscape: RegExp = /\\(?:u(?:\{[0-9a-f]*)?)?$/u;

const escapes: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** How `visibleText` shows a text. */
export interface VisibleTextOptions {
  /** The most UTF-16 code units; an ellipsis marks a text that was cut. Default: 200. */
  readonly limit?: number;
  /** Whether `\n`, `\r\n` and tabs are kept. Default: false, the text is put on one line. */
  readonly lines?: boolean;
}

/**
 * Writes out every character of a text that is invisible or changes how others are shown: control
 * characters, escape sequences, bidirectional overrides, invisible characters, lone surrogates, a
 * fifth mark on one letter. They become `\n` or `\u{1b}`; no character is dropped before the limit.
 *
 * Every text of a plugin that a person reads in a terminal, a log, an audit trail, a question or an
 * error has been through this.
 */
export function visibleText(text: string, options: VisibleTextOptions = {}): string {
  const { limit = 200, lines = false } = options;
  const read = text.length > limit ? cut(text, limit) : text;
  const shown = read.replace(hidden, (found, at: number) =>
    lines && isLayout(read, found, at) ? found : written(found),
  );
  const all = shown.replace(stacked, written);
  if (all.length <= limit && read.length === text.length) return all;
  return `${cut(all, limit - 1).replace(cutEscape, "")}…`;
}

/**
 * A value as JSON in which nothing is hidden: characters that `visibleText` would write out are
 * escaped, so that parsing the JSON gives exactly the same value; a bigint becomes a text.
 * `indent`: spaces for each level, on separate lines. Default: none, one line.
 */
export function visibleJson(value: unknown, indent?: number): string {
  const written = (_: string, each: unknown): unknown =>
    typeof each === "bigint" ? `${each}` : each;
  const text = JSON.stringify(value, written, indent) ?? "null";
  // Between values there are only the line breaks and spaces of `indent`; inside a string, JSON has
  // escaped them.
  return text
    .replace(hidden, (found) => (found === "\n" ? found : jsonEscapes(found)))
    .replace(stacked, jsonEscapes);
}

/** Whether a person sees all of the text, in the order in which it is written. */
export function isHarmless(text: string): boolean {
  return text.search(hidden) === -1 && text.search(stacked) === -1;
}

/**
 * A plugin's text, marked as its own words: made visible, between quotation marks that the text
 * cannot close.
 */
export function pluginWords(text: string, limit = 200): string {
  return `“${visibleText(text, { limit }).replace(/[“”]/g, '"')}”`;
}

/** `1 entry`, `2 entries`: a count of what is named in the plural, by its first word that ends in s. */
export function counted(count: number, plural: string): string {
  if (count !== 1) return `${count} ${plural}`;
  return `1 ${plural.replace(/(?:ies|s)\b/u, (end) => (end === "ies" ? "y" : ""))}`;
}

function written(found: string): string {
  return escapes.get(found) ?? `\\u{${found.codePointAt(0)?.toString(16)}}`;
}

function jsonEscapes(found: string): string {
  let text = "";
  for (let i = 0; i < found.length; i++) {
    text += `\\u${found.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }
  return text;
}

/** A lone carriage return would let the text after it overwrite the line. */
function isLayout(text: string, found: string, at: number): boolean {
  return found === "\n" || found === "\t" || (found === "\r" && text[at + 1] === "\n");
}

function cut(text: string, length: number): string {
  const end = text.charCodeAt(length - 1);
  return text.slice(0, end >= 0xd800 && end < 0xdc00 ? length - 1 : length);
}
