/// Texts that plugins wrote, before a person reads them.

/// Control and format characters (bidirectional overrides, zero-width spaces, tags), blanks that
/// pass for nothing, and lone surrogates. The joiners U+200C and U+200D stay: scripts need them.
const hidden: RegExp =
  /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\u115f\u1160\u2028\u2029\u3164\uffa0]/gu;
const breaks: RegExp = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
/// No script stacks more than four marks on one letter.
const stacked: RegExp = /(\p{M}{4})\p{M}+/gu;

/// The text on one line, without control, bidirectional and invisible characters, and at most
/// `limit` UTF-16 code units long (an ellipsis says that there was more).
export function harmlessText(text: string, limit = 200): string {
  const clean = text
    .slice(0, limit * 4)
    .replace(breaks, " ")
    .replace(hidden, "")
    .replace(stacked, "$1")
    .trim();
  return clean.length <= limit && text.length <= limit * 4 ? clean : `${cut(clean, limit - 1)}…`;
}

/// Whether a person sees all of the text and sees it in the order it is written.
export function isHarmless(text: string): boolean {
  return text.search(hidden) === -1 && text.search(stacked) === -1;
}

/// A plugin's text marked as its own words: harmless, between quotation marks that it cannot close.
export function pluginWords(text: string, limit = 200): string {
  return `“${harmlessText(text, limit).replace(/[“”]/g, '"')}”`;
}

function cut(text: string, length: number): string {
  const end = text.charCodeAt(length - 1);
  return text.slice(0, end >= 0xd800 && end < 0xdc00 ? length - 1 : length);
}
