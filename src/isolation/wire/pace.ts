// Limits how much of the host's thread goes to messages from guests' threads: one slice at a time,
// between which the event loop turns, and the same share for each thread.
import type { Timers } from "../../platform/clock.ts";
import { soon } from "../../platform/soon.ts";

/** Handles what has arrived so far. Returns false where there is more to do, in another slice. */
type Work = () => boolean;

/**
 * Milliseconds in one turn of the event loop. The answer for a well-behaved guest waits for a few
 * turns.
 */
const SLICE_MS = 2;

/** Milliseconds of work after which it checks whether the event loop turns. */
const LITTLE_MS = 0.5;

export class Pace {
  /** Undefined: all work is done at once. */
  readonly #timers: Timers | undefined;
  /** Work that was put off, in order. */
  readonly #waiting: Set<Work> = new Set();
  /** Milliseconds of work since the event loop is known to have turned. */
  #spent = 0;
  /** Up to which value of `spent` the current work may continue. */
  #until = SLICE_MS;
  /** Since when the current work has not been counted. */
  #since = 0;
  #watched = false;

  constructor(timers: Timers | undefined) {
    this.#timers = timers;
  }

  /** Whether the current work must stop. */
  get over(): boolean {
    return this.#spent >= this.#until && this.#timers !== undefined;
  }

  /** Does the work now, or in its turn. Work must not call it. */
  work(work: Work): void {
    if (this.#waiting.has(work)) return;
    this.#until = SLICE_MS;
    if (this.over) this.#later(work);
    else this.#do(work);
  }

  /** Returns the milliseconds since the last call, or since the current work began. */
  lap(): number {
    const now = performance.now();
    const ms = now - this.#since;
    this.#since = now;
    this.#spent += ms;
    return ms;
  }

  #do(work: Work): void {
    this.#since = performance.now();
    let done = false;
    try {
      done = work();
    } finally {
      if (!done) this.#later(work);
      else if (this.#spent > LITTLE_MS) this.#watch();
    }
  }

  #later(work: Work): void {
    this.#waiting.add(work);
    this.#watch();
  }

  #watch(): void {
    if (this.#watched || this.#timers === undefined) return;
    this.#watched = true;
    soon(this.#timers, () => this.#turned());
  }

  /** The event loop has turned: each waiting work gets its share of a slice. */
  #turned(): void {
    this.#watched = false;
    this.#spent = 0;
    const waiting = [...this.#waiting];
    try {
      for (const [nth, work] of waiting.entries()) {
        this.#until = this.#spent + Math.max(0, SLICE_MS - this.#spent) / (waiting.length - nth);
        this.#waiting.delete(work);
        this.#do(work);
      }
    } finally {
      if (this.#waiting.size > 0) this.#watch();
    }
  }
}
