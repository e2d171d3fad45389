/** Time that passes when the test says so: a host's clock and timers, and a cache's. */
export class ManualTime {
  #now = 1_700_000_000_000;
  #due: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Timers that are set and not disposed of. */
  get pending(): number {
    return this.#due.length;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback };
    this.#due.push(timer);
    return {
      [Symbol.dispose]: () => {
        this.#due = this.#due.filter((other) => other !== timer);
      },
    };
  }

  /**
   * Runs what is due by then, in order; what is ready to run does so before each, and at the end.
   */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const [next] = this.#due
        .filter(({ at }) => at <= end)
        .sort((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
    await settled();
  }

  /** Goes on by so much and runs nothing. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** Lets everything run that is ready to. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>(turn);
}

// Calls back when what else waits for the thread has had its turn. Pages have no setImmediate.
function turn(resolve: () => void): void {
  if (typeof setImmediate === "function") return void setImmediate(resolve);
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => {
    port1.close();
    resolve();
  });
  port1.start();
  port2.postMessage(undefined);
}
