/** Milliseconds that are taken from the clock alone, and the most that a reading may be old. */
const LITTLE_MS = 1;

/** What measures a guest's time. */
export interface RunClocks {
  /** Milliseconds since some moment. */
  now(): number;
  /**
   * Milliseconds of processor time that the calling thread has used. It costs a microsecond. Default:
   * unknown; then a guest's time includes what it waits for a processor.
   */
  readonly processor?: (() => number) | undefined;
}

/**
 * How long a guest's code has run: by the clock, but no longer than its thread has had a processor.
 * The processor's time is read once a millisecond at most, so that a guest may be charged for what
 * its thread did in the millisecond before it. It is never charged for less than it ran.
 */
export class RunTime {
  readonly #clocks: RunClocks;
  #since = 0;
  /** The processor's time at some moment in the last millisecond before `since`. */
  #used = 0;
  #readAt = -Infinity;

  constructor(clocks: RunClocks) {
    this.#clocks = clocks;
  }

  /** The guest continues. */
  begin(now: number): void {
    this.#since = now;
    const { processor } = this.#clocks;
    if (processor === undefined || now - this.#readAt < LITTLE_MS) return;
    this.#readAt = now;
    this.#used = processor();
  }

  /** Milliseconds that it has run since it last continued. */
  until(now: number): number {
    const ms = now - this.#since;
    const { processor } = this.#clocks;
    if (processor === undefined || ms <= LITTLE_MS) return ms;
    return Math.min(ms, Math.max(LITTLE_MS, processor() - this.#used));
  }
}
