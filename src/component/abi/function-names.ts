// Names of functions as compilers write them into a core module, as their authors wrote them.

/**
 * The path of a Rust function, for a name as the compiler mangled it, perhaps with the module's name and
 * a dot before it, as V8 writes it; every other name as it is. Types
 * that a generic function was made for are left out, or stand in the path.
 */
export function readableName(name: string): string {
  return legacyPath(name) ?? pathOf(name) ?? plain(name);
}

/** Without the hash that Rust adds, and without the module's name before it, as Rust gives it. */
function plain(name: string): string {
  return name.replace(/^[\w-]+\.wasm\./u, "").replace(/::h[0-9a-f]{16}$/u, "");
}

/** `_ZN5upper3run17h0123456789abcdefE`: parts, each with its length, and a hash. */
function legacyPath(name: string): string | undefined {
  const found = /(?:^|\.)_ZN(.*)E/u.exec(name)?.[1];
  if (found === undefined) return undefined;
  const parts = partsOf(found);
  if (/^h[0-9a-f]{16}$/u.test(parts.at(-1) ?? "")) parts.pop();
  return parts.length === 0 ? undefined : parts.map(unescaped).join("::");
}

function partsOf(text: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const [digits] = /^[0-9]+/u.exec(text.slice(at, at + 8)) ?? [];
    if (digits === undefined) return parts;
    at += digits.length + Number(digits);
    parts.push(text.slice(at - Number(digits), at));
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["LT", "<"],
  ["GT", ">"],
  ["RF", "&"],
  ["BP", "*"],
  ["LP", "("],
  ["RP", ")"],
  ["C", ","],
  ["SP", "@"],
]);

function unescaped(part: string): string {
  return part
    .replace(/\$(?:u([0-9a-f]{2,6})|([A-Z]{1,2}))\$/gu, (all, code?: string, letters?: string) =>
      code === undefined
        ? (ESCAPES.get(letters ?? "") ?? all)
        : String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(code, 16))),
    )
    .replaceAll("..", "::")
    .replace(/^_(?=[<&*])/u, "");
}

/**
 * `_RNvNtCs1a_4core9panicking9panic_fmt` (RFC 2603): the identifiers in the order in which they stand;
 * disambiguators and references back to earlier parts are passed over.
 */
function pathOf(name: string): string | undefined {
  const start = /(?:^|\.)_R(?=[A-Z])/u.exec(name);
  if (start === null) return undefined;
  const path: string[] = [];
  let at = start.index + start[0].length;
  while (at < name.length) {
    const skipped = /^(?:[sB][0-9A-Za-z]*_|K[a-z]n?[0-9a-f]*_|[A-Za-z_])/u.exec(
      name.slice(at, at + 24),
    );
    if (skipped !== null) {
      at += skipped[0].length;
      continue;
    }
    const [digits] = /^[0-9]+/u.exec(name.slice(at, at + 8)) ?? [];
    if (digits === undefined || at + Number(digits) >= name.length) break;
    at += digits.length;
    // An identifier that begins with a digit or an underscore has an underscore before it.
    if (name[at] === "_" && /[0-9_]/u.test(name[at + 1] ?? "")) at++;
    // A closure has an empty one.
    if (Number(digits) > 0) path.push(name.slice(at, at + Number(digits)));
    at += Number(digits);
  }
  return path.length === 0 ? undefined : path.join("::");
}
