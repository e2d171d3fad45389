/** Runs tasks one after the other, in the order in which they came. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /** Whether a task runs, or waits. */
  get busy(): boolean {
    return this.#count > 0;
  }

  async run<Value>(task: () => Promise<Value>): Promise<Value> {
    const others = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    this.#count++;
    try {
      await others;
      return await task();
    } finally {
      this.#count--;
      turn.resolve();
    }
  }
}
