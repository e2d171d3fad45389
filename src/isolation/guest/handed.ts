// What a guest hands to its host, and so leaves for the garbage collectors of two threads.

/**
 * Bytes after which a guest is set aside at its next check: the host was long about it, or lifting it was.
 */
const SOON = 256 * 1024;

/**
 * Bytes that it may hand over at once; and, on the whole, in a millisecond. A collector holds its thread for
 * some ten milliseconds after 64 MiB, and nothing can set it aside.
 */
const AT_ONCE = 4 * 1024 * 1024;
const PER_MS = 16 * 1024;

/** Below so many bytes the values are not looked at. */
const LITTLE = 1024;

/** About what a JavaScript value takes beside its bytes. */
const VALUE = 64;

/** Items of a list. */
const LOOKED_AT = 64;

export class Handed {
  /** Bytes that were not collected yet, as far as it is known. */
  #owed = 0;
  /** Bytes since it was set aside. */
  #recent = 0;
  #at = 0;

  /** `written`: how many bytes the arguments came to. Answers whether the guest is to be set aside soon. */
  add(args: readonly unknown[], written: number): boolean {
    if (written < LITTLE && !args.some(isLong)) return false;
    const bytes = Math.max(written, weightOf(args));
    this.#owed += bytes;
    this.#recent += bytes;
    return this.#recent >= SOON;
  }

  /** The guest is set aside. Answers the milliseconds that it is to stay so. */
  wait(now: number): number {
    this.#recent = 0;
    if (this.#owed === 0) return 0;
    this.#owed = Math.max(0, this.#owed - (now - this.#at) * PER_MS);
    this.#at = now;
    return Math.max(0, this.#owed - AT_ONCE) / PER_MS;
  }
}

function isLong(value: unknown): boolean {
  return (typeof value === "string" || Array.isArray(value)) && value.length >= 64;
}

/** About how many bytes a value takes; of a long list, by some of its items. */
function weightOf(value: unknown): number {
  if (typeof value === "string") return VALUE + value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (ArrayBuffer.isView(value)) return VALUE + value.byteLength;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  const step = Math.ceil(parts.length / LOOKED_AT);
  let bytes = VALUE;
  for (let at = 0; at < parts.length; at += step) bytes += step * weightOf(parts[at]);
  return bytes;
}
