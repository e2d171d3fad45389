import { utf8Length } from "./utf8.ts";

/// What `json` of the contract may be: types.wit.
const maxBytes = 1 << 20;
const maxDepth = 64;

export type GuestJson =
  | { readonly tag: "value"; readonly value: unknown }
  | { readonly tag: "too-large"; readonly limit: number }
  | { readonly tag: "invalid"; readonly reason: string };

/// Reads JSON text of a guest: at most `limit` bytes (1 MiB by default) and 64 levels, checked
/// before anything is built. Objects have no `__proto__` of the guest's.
export function readGuestJson(text: string, limit: number = maxBytes): GuestJson {
  if (text.length > limit || utf8Length(text) > limit) return { tag: "too-large", limit };
  if (depthOf(text) > maxDepth) {
    return { tag: "invalid", reason: `JSON deeper than ${maxDepth} levels` };
  }
  try {
    return { tag: "value", value: JSON.parse(text, withoutProto) as unknown };
  } catch {
    return { tag: "invalid", reason: "not JSON" };
  }
}

/// JSON.parse makes an own property of `__proto__`; whoever copies it on would set a prototype.
function withoutProto(this: unknown, key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}

/// The deepest nesting, counted without recursion; strings are skipped.
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
