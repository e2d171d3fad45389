import type { StoredEntry } from "./level.ts";

/**
 * A write on its way to an asynchronous level; null: a deletion. `next` comes after it; undefined:
 * nothing does.
 */
interface Write {
  readonly entry: StoredEntry | null;
  next: StoredEntry | null | undefined;
}

/**
 * Writes on their way to one level. Those to one key happen in order, and of those that wait only
 * the latest is kept.
 */
export class PendingWrites {
  readonly #busy = new Map<string, Write>();

  get size(): number {
    return this.#busy.size;
  }

  has(key: string): boolean {
    return this.#busy.has(key);
  }

  keys(): Iterable<string> {
    return this.#busy.keys();
  }

  /**
   * What the key will hold when all writes are done: null if it will be deleted, undefined if no
   * write is under way.
   */
  outcome(key: string): StoredEntry | null | undefined {
    const write = this.#busy.get(key);
    return write === undefined || write.next === undefined ? write?.entry : write.next;
  }

  /** False where nothing is on its way that this could come after. */
  queue(key: string, entry: StoredEntry | null): boolean {
    const running = this.#busy.get(key);
    if (running !== undefined) running.next = entry;
    return running !== undefined;
  }

  begin(keys: readonly string[], entry: StoredEntry | null): void {
    for (const key of keys) this.#busy.set(key, { entry, next: undefined });
  }

  /** Returns what comes after it; undefined: nothing. */
  end(key: string): StoredEntry | null | undefined {
    const write = this.#busy.get(key);
    this.#busy.delete(key);
    return write?.next;
  }

  clear(): void {
    this.#busy.clear();
  }
}
