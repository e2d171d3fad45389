/// Lets tasks run one at a time, in the order they came. A guest is not entered twice at once.
export class Turns {
  readonly #limit: number;
  readonly #full: () => Error;
  readonly #waiting: (() => void)[] = [];
  #next = 0;
  #busy = false;

  /// More than `limit` waiting tasks are turned away with `full()`.
  constructor(limit: number, full: () => Error) {
    this.#limit = limit;
    this.#full = full;
  }

  get idle(): boolean {
    return !this.#busy;
  }

  get waiting(): number {
    return this.#waiting.length - this.#next;
  }

  /// Rejects with what the task throws.
  async run<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    if (this.waiting >= this.#limit) throw this.#full();
    return this.runRegardless(task);
  }

  /// Waits like everyone else, but is never turned away.
  async runRegardless<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    if (this.#busy) {
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
    this.#busy = true;
    try {
      return await task();
    } finally {
      this.#pass();
    }
  }

  /// The turn goes straight to the next one that waits: nobody who comes now gets in before.
  #pass(): void {
    const next = this.#waiting[this.#next];
    if (next === undefined) {
      this.#busy = false;
      this.#waiting.length = this.#next = 0;
      return;
    }
    this.#next++;
    if (this.#next > 1024) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    next();
  }
}
