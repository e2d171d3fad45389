/** The event that tells of changes of open documents. `activation` may list it with a filter. */
export const DOCUMENT_CHANGED = "event:document-changed";

const GLOB = `${DOCUMENT_CHANGED}?glob=`;
const LANGUAGE = `${DOCUMENT_CHANGED}?language=`;

/** Identifiers as editors use them: `rust`, `c++`, `objective-c`. */
const language = /^[a-z0-9][a-z0-9+#._-]{0,31}$/;

/** A part of a URI with `*` and `**`. */
const glob = /^[^\s\p{C}]{1,128}$/u;

export function isLanguage(text: string): boolean {
  return language.test(text);
}

/** Whether an event is `event:document-changed`, alone or with `?language=ID` or `?glob=GLOB`. */
export function isDocumentEvent(event: string): boolean {
  if (event === DOCUMENT_CHANGED) return true;
  if (event.startsWith(LANGUAGE)) return isLanguage(event.slice(LANGUAGE.length));
  return event.startsWith(GLOB) && glob.test(event.slice(GLOB.length));
}

/** Whether an event of that form covers changes of a document. */
export function coversDocument(
  event: string,
  { uri, language }: { readonly uri: string; readonly language: string },
): boolean {
  if (event.startsWith(LANGUAGE)) return event.slice(LANGUAGE.length) === language;
  if (event.startsWith(GLOB)) return matchesGlob(event.slice(GLOB.length), uri);
  return event === DOCUMENT_CHANGED;
}

/**
 * Whether a glob matches a URI: `*` is any part without a `/`, `**` any part, and `**` with a `/`
 * on either side (or at the start, before one) any number of whole segments, including none. A glob
 * without a `/` is matched against what follows the last `/`. Takes at most time in proportion to
 * the product of both lengths.
 */
export function matchesGlob(glob: string, uri: string): boolean {
  const parts = partsOf(glob);
  const text = glob.includes("/") ? uri : uri.slice(uri.lastIndexOf("/") + 1);
  let places = withNothing(new Set([0]), parts);
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      const part = parts[place];
      if (part === "**" || part === "segments" || (part === "*" && character !== "/")) {
        next.add(place);
      }
      if (part === character || (part === "segments" && character === "/")) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = withNothing(next, parts);
  }
  return places.has(parts.length);
}

/**
 * The parts of a glob: single characters, `*`, `**`, and `segments`. `segments` ends with a `/` and
 * has the part `maybe` before it.
 */
function partsOf(glob: string): readonly string[] {
  const parts: string[] = [];
  for (const [text, slash] of glob.matchAll(/\*{2,}(\/?)|\*|[^*]/gu)) {
    const atStart = parts.length === 0 || parts.at(-1) === "/" || parts.at(-1) === "segments";
    if (!text.startsWith("**")) parts.push(text);
    else if (slash === "/" && atStart) parts.push("maybe", "segments");
    else parts.push("**", ...(slash === "/" ? ["/"] : []));
  }
  return parts;
}

/** Adds the places that can be reached without consuming a character. */
function withNothing(places: Set<number>, parts: readonly string[]): Set<number> {
  for (const place of places) {
    const part = parts[place];
    if (part === "*" || part === "**" || part === "maybe") places.add(place + 1);
    if (part === "maybe") places.add(place + 2);
  }
  return places;
}
