import type { TextSnapshot } from "../../text/index.ts";

/**
 * Up to this length a needle is looked for by the engine's own search, whose worst case is needle ×
 * text; a longer one in time linear in both.
 */
const shortNeedle = 32;

/** The offset of the first occurrence at or after `start`, in UTF-16 units. */
export function findText(content: TextSnapshot, needle: string, start: number): number | undefined {
  if (needle === "") return start;
  if (needle.length > content.length - start) return undefined;
  return needle.length <= shortNeedle
    ? findShort(content, needle, start)
    : findLong(content, needle, start);
}

function findShort(content: TextSnapshot, needle: string, start: number): number | undefined {
  // What of the chunks before could be the start of an occurrence.
  let open = "";
  let passed = start;
  for (const chunk of content.chunks(start)) {
    const window = open + chunk;
    const at = window.indexOf(needle);
    if (at !== -1) return passed - open.length + at;
    passed += chunk.length;
    open = window.slice(Math.max(0, window.length - needle.length + 1));
  }
  return undefined;
}

/** Knuth, Morris and Pratt: no unit of the text is looked at more than twice. */
function findLong(content: TextSnapshot, needle: string, start: number): number | undefined {
  const fallback = borders(needle);
  let matched = 0;
  let passed = start;
  for (const chunk of content.chunks(start)) {
    for (let i = 0; i < chunk.length; i++) {
      const unit = chunk.charCodeAt(i);
      while (matched > 0 && needle.charCodeAt(matched) !== unit) matched = fallback[matched]!;
      if (needle.charCodeAt(matched) === unit) matched++;
      if (matched === needle.length) return passed + i + 1 - needle.length;
    }
    passed += chunk.length;
  }
  return undefined;
}

/** For each length of a prefix of the needle, the longest shorter prefix that it ends with. */
function borders(needle: string): Int32Array {
  const fallback = new Int32Array(needle.length + 1);
  let border = 0;
  for (let i = 1; i < needle.length; i++) {
    const unit = needle.charCodeAt(i);
    while (border > 0 && needle.charCodeAt(border) !== unit) border = fallback[border]!;
    if (needle.charCodeAt(border) === unit) border++;
    fallback[i + 1] = border;
  }
  return fallback;
}
