import type { MemoryShare } from "../../component/engine.ts";

/**
 * When a thread frees what ended instances have left: at this many bytes, or after so many
 * milliseconds. It does not do so at once, because a garbage collection takes milliseconds in which
 * its guests wait.
 */
const MOST = 64 * 1024 * 1024;
const QUIET_MS = 1_000;

/** While somebody waits for memory, it is freed after this many milliseconds. */
const WANTED_MS = 50;

/**
 * The memory that ended instances have left on a thread. It counts until the thread has freed it.
 */
export class Leavings {
  /** Makes the thread free it. */
  readonly #reclaim: () => Promise<void>;
  readonly #after: ((ms: number, callback: () => void) => Disposable) | undefined;
  #timer: Disposable | undefined;
  /** Whether the timer is the short one, for others that wait. */
  #soon = false;
  #left: MemoryShare[] = [];
  #bytes = 0;
  #under: Promise<void> | undefined;

  constructor(
    reclaim: () => Promise<void>,
    after: ((ms: number, callback: () => void) => Disposable) | undefined,
  ) {
    this.#reclaim = reclaim;
    this.#after = after;
  }

  /** An instance has ended. */
  add(share: MemoryShare): void {
    this.#left.push(share);
    this.#bytes += share.bytes;
    if (this.#bytes >= MOST) void this.clear();
    else if (share.isWanted) this.clearSoon();
    else this.#timer ??= this.#after?.(QUIET_MS, () => void this.clear());
  }

  /** Others wait for what was left. */
  clearSoon(): void {
    if (this.#left.length === 0 || this.#soon) return;
    this.#soon = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#after?.(WANTED_MS, () => void this.clear());
  }

  /**
   * Resolves when everything that was left until now is freed, or the thread has ended. `always`:
   * also where nothing is counted as left.
   */
  async clear(always: boolean = false): Promise<void> {
    while (this.#under !== undefined) await this.#under;
    if (this.#left.length === 0 && !always) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#soon = false;
    const left = this.#left;
    this.#left = [];
    this.#bytes = 0;
    this.#under = this.#reclaim()
      .catch(() => {})
      .then(() => {
        this.#under = undefined;
        for (const share of left) share.release();
      });
    await this.#under;
  }
}
