import type { Steps } from "../../component/outline.ts";

/** Milliseconds for which reading packages holds the host's thread before others may run. */
const SLICE_MS = 5;

/**
 * Reads packages in slices. Whatever is in the packages, and however many are read at once,
 * together they hold the thread for at most a slice and a step at a time. Work that fits into the
 * current slice is done without waiting.
 */
export class Slices {
  readonly #letOthersRun: () => Promise<void>;
  /** Milliseconds of the current slice that are used. */
  #used = 0;
  /** True while others run. */
  #paused = false;
  /** In the order of arrival. */
  readonly #waiting: (() => void)[] = [];

  constructor(letOthersRun: () => Promise<void>) {
    this.#letOthersRun = letOthersRun;
  }

  async run<Value>(steps: Steps<Value>): Promise<Value> {
    for (;;) {
      if (this.#full || this.#waiting.length > 0) await this.#turn();
      const started = performance.now();
      const before = this.#used;
      try {
        do {
          const next = steps.next();
          if (next.done === true) return next.value;
          this.#used = before + performance.now() - started;
        } while (!this.#full);
      } finally {
        this.#used = before + performance.now() - started;
        this.#next();
      }
    }
  }

  get #full(): boolean {
    return this.#used >= SLICE_MS;
  }

  /**
   * Waits for the next turn. A reader that has used some of a slice arranges for the next slice;
   * one that has finished its turn wakes the first that waits.
   */
  #turn(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  #next(): void {
    if (!this.#full) this.#waiting.shift()?.();
    if (this.#used === 0 || this.#paused) return;
    this.#paused = true;
    void this.#letOthersRun().then(() => {
      this.#paused = false;
      this.#used = 0;
      this.#next();
    });
  }
}
