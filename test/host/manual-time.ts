import type { Clock, Timers } from "../../src/platform/clock.ts";

/// Time that passes when the test says so. Callbacks due within one step run in order.
export class ManualTime implements Clock, Timers {
  #now = 1_000_000;
  readonly #due: Map<object, { readonly at: number; readonly callback: () => void }> = new Map();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  /// Timers that are set and not disposed of.
  get pending(): number {
    return this.#due.size;
  }

  after(ms: number, callback: () => void): Disposable {
    const key = {};
    this.#due.set(key, { at: this.#now + ms, callback });
    return { [Symbol.dispose]: () => void this.#due.delete(key) };
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const [key, next] = [...this.#due]
        .filter(([, { at }]) => at <= end)
        .sort(([, one], [, other]) => one.at - other.at)[0] ?? [undefined, undefined];
      if (key === undefined || next === undefined) break;
      this.#due.delete(key);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
    await settle();
  }
}

/// Lets everything run that is ready to.
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
