import { utf8Length } from "../../utf8.ts";

/** The limit of type `json`, in bytes: types.wit. */
const maxBytes = 1 << 20;
const maxDepth = 64;

export type GuestJson =
  | { readonly tag: "value"; readonly value: unknown }
  | { readonly tag: "too-large"; readonly limit: number }
  | { readonly tag: "invalid"; readonly reason: string };

/**
 * Reads JSON text of a guest: at most `limit` bytes (default 1 MiB) and 64 levels, checked before
 * anything is built. A key `__proto__` is removed from objects.
 */
export function readGuestJson(text: string, limit: number = maxBytes): GuestJson {
  if (text.length > limit || utf8Length(text) > limit) return { tag: "too-large", limit };
  if (depthOf(text) > maxDepth) {
    return { tag: "invalid", reason: `JSON deeper than ${maxDepth} levels` };
  }
  try {
    const value: unknown = JSON.parse(text);
    // The text can contain the key `__proto__` only plainly or with escapes.
    if (text.includes("__proto__") || text.includes("\\u")) takeProtos(value);
    return { tag: "value", value };
  } catch {
    return { tag: "invalid", reason: "not JSON" };
  }
}

/**
 * Removes own properties named `__proto__`, which JSON.parse makes: code that copies one would set
 * a prototype. (A reviver would be called for each value, which takes ten times as long.)
 */
function takeProtos(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (Object.hasOwn(value, "__proto__")) Reflect.deleteProperty(value, "__proto__");
  for (const inner of Object.values(value)) takeProtos(inner);
}

/**
 * A value as JSON text for a guest. Half a character, as an editor may cut one, becomes U+FFFD, as
 * in WIT strings. Undefined where the value has no form in JSON. Throws what `JSON.stringify`
 * throws.
 */
export function guestJsonText(value: unknown): string | undefined {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : wellFormedJson(text);
}

/** The JSON text with U+FFFD for each half of a character that it contains as an escape. */
export function wellFormedJson(text: string): string {
  if (!/\\u[dD]/u.test(text)) return text;
  return text.replace(
    /\\(?:u([dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|u([dD][89a-fA-F][0-9a-fA-F]{2})|.)/gu,
    (all, _pair?: string, half?: string) => (half === undefined ? all : "\ufffd"),
  );
}

/** The deepest nesting, counted without recursion; strings are skipped. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x5b || unit === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return deepest;
}
