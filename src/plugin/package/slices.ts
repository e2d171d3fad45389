import type { Steps } from "../../component/outline.ts";

/** Milliseconds of the host's thread that reading packages takes before it lets others have it. */
const SLICE_MS = 5;

/**
 * Reading packages in slices: whatever is in them, and however many are read at once, together they hold
 * the thread no longer than a slice and a step at a time. What fits into a slice is done without waiting.
 */
export class Slices {
  readonly #letOthersRun: () => Promise<void>;
  /** Milliseconds that are used of the present slice. */
  #used = 0;
  /** Whether others are being let run. */
  #paused = false;
  /** In the order in which they came. */
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
   * Whoever is first in line goes on, in this slice or the next one: whoever used some of a slice sees to it
   * that another one begins, and whoever goes on that the next in line does.
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
