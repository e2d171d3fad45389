// Explainer.md, "Import and Export Definitions" (the grammar of names) and "Name Uniqueness".

export type ExternNameForm =
  | { readonly kind: "label" }
  | { readonly kind: "constructor"; readonly resource: string }
  | { readonly kind: "method" | "static"; readonly resource: string; readonly label: string }
  /** `version` is what follows the `@`. */
  | { readonly kind: "interface"; readonly version: string | undefined };

/**
 * Whether `text` is in kebab-case: words in lower case and acronyms in upper case, joined by
 * hyphens, the first starting with a letter. Scanned by hand: no pattern to backtrack in.
 */
export function isLabel(text: string, acronyms = true): boolean {
  let start = true; // of a fragment
  let wordCase = 0; // of the fragment's letters: 0 none yet, 1 lower, 2 upper
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2d) {
      if (start) return false;
      start = true;
      wordCase = 0;
      continue;
    }
    if (code >= 0x30 && code <= 0x39) {
      if (at === 0) return false;
    } else {
      const found = code >= 0x61 && code <= 0x7a ? 1 : code >= 0x41 && code <= 0x5a ? 2 : 0;
      if (found === 0 || (found === 2 && !acronyms)) return false;
      if (wordCase !== 0 && wordCase !== found) return false;
      wordCase = found;
    }
    start = false;
  }
  return !start;
}

/** Undefined where `name` is not an `externname`. */
export function parseExternName(name: string): ExternNameForm | undefined {
  if (name.startsWith("[")) return parseAnnotated(name);
  if (name.includes(":")) return parseInterface(name);
  return isLabel(name) ? { kind: "label" } : undefined;
}

function parseAnnotated(name: string): ExternNameForm | undefined {
  const close = name.indexOf("]");
  const [annotation, rest] = [name.slice(1, close), name.slice(close + 1)];
  if (annotation === "constructor") {
    return isLabel(rest) ? { kind: "constructor", resource: rest } : undefined;
  }
  if (annotation !== "method" && annotation !== "static") return undefined;
  const dot = rest.indexOf(".");
  if (dot < 0) return undefined;
  const [resource, label] = [rest.slice(0, dot), rest.slice(dot + 1)];
  return isLabel(resource) && isLabel(label) ? { kind: annotation, resource, label } : undefined;
}

function parseInterface(name: string): ExternNameForm | undefined {
  const at = name.indexOf("@");
  const path = at < 0 ? name : name.slice(0, at);
  const colon = path.indexOf(":");
  const slash = path.indexOf("/");
  // Nested namespaces (a second colon or slash) are still behind a flag in the specification.
  const sound =
    isLabel(path.slice(0, colon), false) &&
    isLabel(path.slice(colon + 1, slash), false) &&
    slash > colon &&
    isLabel(path.slice(slash + 1));
  return sound
    ? { kind: "interface", version: at < 0 ? undefined : name.slice(at + 1) }
    : undefined;
}

const number = "(?:0|[1-9][0-9]*)";
const identifier = "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)";
const build = "[0-9A-Za-z-]+";
const semver = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-${identifier}(?:\\.${identifier})*)?(?:\\+${build}(?:\\.${build})*)?$`,
);
const canonical = /^(?:[1-9][0-9]*|0\.[1-9][0-9]*|0\.0\.[1-9][0-9]*|0\.0\.0)$/;

/** Whether an interface name's version, with what a `versionsuffix` attribute adds, is sound. */
export function isVersion(version: string, suffix: string | undefined): boolean {
  if (suffix === undefined) return semver.test(version) || canonical.test(version);
  return canonical.test(version) && semver.test(version + suffix);
}

/** Two names of a scope must differ in this form to be strongly unique. */
export function uniqueForm(name: string, form: ExternNameForm): string {
  switch (form.kind) {
    case "method":
    case "static": {
      const [resource, label] = [form.resource.toLowerCase(), form.label.toLowerCase()];
      return resource === label ? label : `${resource}.${label}`;
    }
    default:
      return name.toLowerCase();
  }
}
