// Measures the values that a guest passes to its host, which become garbage on two threads.

/**
 * After so many bytes, the guest is suspended at its next check, because lifting them, or the
 * host's work, took long.
 */
const SOON = 256 * 1024;

/**
 * Bytes that a guest may pass at once and, on average, in a millisecond. After 64 MiB, a garbage
 * collection holds its thread for about ten milliseconds, and can't be interrupted.
 */
const AT_ONCE = 16 * 1024 * 1024;
const PER_MS = 16 * 1024;

/** Arguments with fewer bytes are not measured. */
const LITTLE = 1024;

/** Roughly how many bytes a JavaScript value takes in addition to its content. */
const VALUE = 64;

/** How many items of a list are measured. */
const LOOKED_AT = 64;

export class Handed {
  /** Bytes that have probably not been collected yet. */
  #owed = 0;
  /** Bytes since the guest was last suspended. */
  #recent = 0;
  #at = 0;

  /**
   * Counts the arguments of a call, or its answer, which were `written` in so many bytes. `isCut`:
   * only a part of them was. Returns whether the guest should be suspended soon.
   */
  add(args: readonly unknown[], written: number, isCut = false): boolean {
    if (!isCut && written < LITTLE && !args.some(isLong)) return false;
    const bytes = Math.max(written, weightOf(args));
    this.#owed += bytes;
    this.#recent += bytes;
    return this.#recent >= SOON;
  }

  /** The guest is suspended. Returns for how many milliseconds it should stay so. */
  wait(now: number): number {
    this.#recent = 0;
    if (this.#owed === 0) return 0;
    this.#owed = Math.max(0, this.#owed - (now - this.#at) * PER_MS);
    this.#at = now;
    return Math.max(0, this.#owed - AT_ONCE) / PER_MS;
  }
}

function isLong(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return value.byteLength >= LITTLE;
  return (typeof value === "string" || Array.isArray(value)) && value.length >= 64;
}

/** Roughly how many bytes a value takes. Of a long list, some of its items are measured. */
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
