import type { LevelLimits } from "./sieve.ts";

const NONE: readonly string[] = [];

/**
 * What a namespace wrote, so that it can't take all of the levels that it shares: beyond its
 * limits its own entries go, the one written longest ago first. Bytes are those of serialised
 * values.
 */
export class Quota {
  readonly #limits: Required<LevelLimits> | undefined;
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** Without limits it counts nothing. */
  constructor(limits: LevelLimits | undefined) {
    if (limits === undefined) return;
    this.#limits = { entries: limits.entries ?? Infinity, bytes: limits.bytes ?? Infinity };
  }

  get isLimited(): boolean {
    return this.#limits !== undefined;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get entries(): number {
    return this.#sizes.size;
  }

  /** Returns the keys that have to go, which may include the new one. */
  add(key: string, size: number): readonly string[] {
    if (this.#limits === undefined) return NONE;
    this.remove(key);
    this.#sizes.set(key, size);
    this.#bytes += size;
    const out: string[] = [];
    let bytes = this.#bytes;
    let entries = this.#sizes.size;
    for (const [old, oldSize] of this.#sizes) {
      if (entries <= this.#limits.entries && bytes <= this.#limits.bytes) break;
      out.push(old);
      entries -= 1;
      bytes -= oldSize;
    }
    return out;
  }

  remove(key: string): void {
    const size = this.#limits === undefined ? undefined : this.#sizes.get(key);
    if (size === undefined) return;
    this.#sizes.delete(key);
    this.#bytes -= size;
  }

  clear(): void {
    this.#sizes.clear();
    this.#bytes = 0;
  }
}
