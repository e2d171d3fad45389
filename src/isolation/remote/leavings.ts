import type { MemoryShare } from "../../component/engine.ts";

/**
 * Bytes that ended instances may leave on a thread before it is to give them back, and milliseconds after
 * which it does so with less: collecting garbage takes milliseconds that its guests wait.
 */
const MOST = 64 * 1024 * 1024;
const QUIET_MS = 1_000;

/** Milliseconds after which it does so for those who wait for it. */
const WANTED_MS = 50;

/** What ended instances have left on a thread. It counts until the thread has given it back. */
export class Leavings {
  /** Has the thread give back what they left. */
  readonly #reclaim: () => Promise<void>;
  readonly #after: ((ms: number, callback: () => void) => Disposable) | undefined;
  #timer: Disposable | undefined;
  /** Whether the timer is for those who wait. */
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

  /** Somebody waits for what was left. */
  clearSoon(): void {
    if (this.#left.length === 0 || this.#soon) return;
    this.#soon = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#after?.(WANTED_MS, () => void this.clear());
  }

  /**
   * Resolves when what was left until now is given back, or its thread has ended. `always`: though nobody
   * counts what was left.
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
