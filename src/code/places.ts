import { TenonError } from "../errors.ts";

/** How many sandboxes there may be at once. Who comes too late waits, in order. */
export class Places {
  readonly #most: number;
  readonly #waiting: Set<() => void> = new Set();
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** A place, until it is disposed of. Undefined: none is free. */
  take(): Disposable | undefined {
    if (this.#taken >= this.#most) return undefined;
    this.#taken++;
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (!isTaken) return;
        isTaken = false;
        this.#taken--;
        this.#wake();
      },
    };
  }

  #wake(): void {
    const [next] = this.#waiting;
    if (this.#taken < this.#most) next?.();
  }

  /** Waits for a place. Rejects with what `until` rejects with. */
  async wait(until: Promise<never>): Promise<Disposable> {
    for (let place = this.take(); ; place = this.take()) {
      if (place !== undefined) return place;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      try {
        await Promise.race([promise, until]);
      } catch (thrown) {
        this.#waiting.delete(resolve);
        // It may have been woken already.
        this.#wake();
        throw thrown;
      } finally {
        this.#waiting.delete(resolve);
      }
    }
  }

  get full(): TenonError {
    const message = `${this.#most} sandboxes exist already, and none ended in time`;
    return new TenonError("code-busy", message, { data: { sandboxes: this.#most } });
  }
}
