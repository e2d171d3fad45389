// Patterns over paths: `*` and `?` within a segment, `**` as a whole segment for any number of
// segments, `{a,b}` for either. Matching takes time linear in pattern × path: it never backtracks
// further than to the last star.

/** In UTF-16 units. */
const maxLength = 1024;
/** The most patterns after braces are expanded. */
const maxAlternatives = 64;

export type ParsedGlob =
  | { readonly tag: "glob"; matches(path: readonly string[]): boolean }
  | { readonly tag: "invalid"; readonly reason: string };

export function parseGlob(pattern: string): ParsedGlob {
  if (pattern === "") return { tag: "invalid", reason: "it is empty" };
  if (pattern.length > maxLength) return { tag: "invalid", reason: `longer than ${maxLength}` };
  const texts = multiplyOut(pattern);
  if (typeof texts === "string") return { tag: "invalid", reason: texts };
  const alternatives: (readonly string[])[] = [];
  for (const text of texts) {
    const segments = text.split("/");
    if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
      return { tag: "invalid", reason: "an empty segment, `.` or `..`" };
    }
    if (segments.some((segment) => segment.includes("**") && segment !== "**")) {
      return { tag: "invalid", reason: "`**` stands alone between slashes" };
    }
    alternatives.push(segments);
  }
  return {
    tag: "glob",
    matches: (path) => alternatives.some((segments) => matchPath(segments, path)),
  };
}

/** The alternatives of `{a,b}` as separate patterns, or what is wrong with the pattern. */
function multiplyOut(pattern: string): readonly string[] | string {
  let texts = [""];
  let at = 0;
  while (at < pattern.length) {
    const open = pattern.indexOf("{", at);
    const plain = open < 0 ? pattern.slice(at) : pattern.slice(at, open);
    if (plain.includes("}")) return "a `}` without its `{`";
    texts = texts.map((text) => text + plain);
    if (open < 0) break;
    const close = pattern.indexOf("}", open);
    if (close < 0) return "a `{` without its `}`";
    const choices = pattern.slice(open + 1, close);
    if (choices.includes("{")) return "braces within braces";
    const options = choices.split(",");
    if (texts.length * options.length > maxAlternatives) {
      return `more than ${maxAlternatives} alternatives`;
    }
    texts = texts.flatMap((text) => options.map((option) => text + option));
    at = close + 1;
  }
  return texts;
}

/**
 * Works as `matchSegment` does, one level up: where the rest fails, the last `**` takes one segment
 * more.
 */
function matchPath(pattern: readonly string[], path: readonly string[]): boolean {
  let p = 0;
  let s = 0;
  let star = -1;
  let resume = 0;
  while (s < path.length) {
    const part = pattern[p];
    if (part === "**") {
      star = p++;
      resume = s;
    } else if (part !== undefined && matchSegment(part, path[s] ?? "")) {
      p++;
      s++;
    } else if (star >= 0) {
      p = star + 1;
      s = ++resume;
    } else return false;
  }
  while (pattern[p] === "**") p++;
  return p === pattern.length;
}

function matchSegment(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === "*") {
      star = p++;
      resume = t;
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
