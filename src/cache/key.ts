import { TenonError } from "../errors.ts";

const MAX_LENGTH = 1024;

/**
 * Keys, tags, event names and names of namespaces: 1 to 1,024 UTF-16 units, well formed, without
 * U+0000, which ends a namespace's name. Throws `cache-key`.
 */
export function checkKey(key: string): void {
  if (key.length === 0 || key.length > MAX_LENGTH || key.includes("\0") || !key.isWellFormed()) {
    throw new TenonError(
      "cache-key",
      "a key is 1 to 1,024 UTF-16 units of well-formed text without U+0000; take a digest of a longer one",
    );
  }
}

/** Names of nested namespaces come to at most 2,048 UTF-16 units together. */
export function checkPrefix(prefix: string): void {
  if (prefix.length > 2 * MAX_LENGTH) {
    throw new TenonError("cache-key", "namespaces are nested too deep: give them shorter names");
  }
}
