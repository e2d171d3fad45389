import { HttpFailure } from "../http.ts";

/**
 * The system's resolver blocks one of the process's few I/O threads (four by default) for as long
 * as a name server likes, and cannot be cancelled. So at most three lookups run at a time, one for
 * each owner: an owner who names slow servers delays only itself, and files can still be read.
 */
const maxRunning = 3;

interface Waiting {
  readonly owner: string;
  start(): void;
}

export class LookupQueue {
  readonly #running: Set<string> = new Set();
  readonly #waiting: Set<Waiting> = new Set();

  /**
   * Runs the lookup when it is its owner's turn. Rejects with `cancelled` as soon as the signal is
   * aborted; a lookup that has begun keeps its place until it has ended.
   */
  run<Value>(owner: string, signal: AbortSignal, lookup: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        owner,
        start: () => {
          this.#running.add(owner);
          const over = (): void => {
            signal.removeEventListener("abort", cancel);
            this.#running.delete(owner);
            this.#startNext();
          };
          lookup().then(resolve, reject).finally(over);
        },
      };
      const cancel = (): void => {
        this.#waiting.delete(waiting);
        reject(new HttpFailure("cancelled"));
      };
      signal.addEventListener("abort", cancel, { once: true });
      if (signal.aborted) return cancel();
      this.#waiting.add(waiting);
      this.#startNext();
    });
  }

  #startNext(): void {
    for (const waiting of this.#waiting) {
      if (this.#running.size >= maxRunning) return;
      if (this.#running.has(waiting.owner)) continue;
      this.#waiting.delete(waiting);
      waiting.start();
    }
  }
}
