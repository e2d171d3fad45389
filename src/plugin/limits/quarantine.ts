/** How many crashes within how many milliseconds put a plugin aside. */
export interface CrashLimit {
  readonly crashes: number;
  readonly withinMs: number;
}

export const defaultCrashLimit: CrashLimit = { crashes: 5, withinMs: 60_000 };

/** The latest crashes of one plugin, by a monotonic clock. */
export class CrashLog {
  readonly #limit: CrashLimit;
  #times: number[] = [];

  constructor(limit: CrashLimit) {
    this.#limit = limit;
  }

  /** Notes a crash. True where there are too many now. */
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
