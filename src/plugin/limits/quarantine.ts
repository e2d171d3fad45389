import type { Limits } from "./limits.ts";

/** How many crashes within how many milliseconds put a plugin into quarantine. */
export type CrashLimit = Limits["crashes"];

/** The latest crashes of one plugin, by a monotonic clock. */
export class CrashLog {
  readonly #limit: CrashLimit;
  #times: number[] = [];

  constructor(limit: CrashLimit) {
    this.#limit = limit;
  }

  /** Notes a crash. Returns true where there are too many now. */
  note(at: number): boolean {
    this.#times = this.#times.filter((time) => at - time < this.#limit.withinMs);
    this.#times.push(at);
    return this.#times.length >= this.#limit.crashes;
  }

  get count(): number {
    return this.#times.length;
  }

  clear(): void {
    this.#times = [];
  }
}
