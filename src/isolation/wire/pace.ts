// How much of the host's thread goes to what guests' threads say: a slice at a time, between which the
// event loop turns, and the same for each thread.
import type { Timers } from "../../platform/clock.ts";
import { soon } from "../../platform/soon.ts";

/** Does what has come so far. False where there is more to be done, in another slice. */
type Work = () => boolean;

/** Milliseconds of one turn of the event loop. An answer for an honest guest waits for a few turns. */
const SLICE_MS = 2;

/** Milliseconds of work after which it is looked at whether the event loop turns. */
const LITTLE_MS = 0.5;

export class Pace {
  /** Undefined: nothing is ever put off. */
  readonly #timers: Timers | undefined;
  /** What has been put off, in order. */
  readonly #waiting: Set<Work> = new Set();
  /** Milliseconds that were worked since the event loop is known to have turned. */
  #spent = 0;
  /** What the work that is under way may spend until. */
  #until = SLICE_MS;
  /** Since when the work goes on that has not been counted. */
  #since = 0;
  #watched = false;

  constructor(timers: Timers | undefined) {
    this.#timers = timers;
  }

  /** Whether the work that is under way is to stop. */
  get over(): boolean {
    return this.#spent >= this.#until && this.#timers !== undefined;
  }

  /** Does it now, or in its turn. Not to be called by work. */
  work(work: Work): void {
    if (this.#waiting.has(work)) return;
    this.#until = SLICE_MS;
    if (this.over) this.#later(work);
    else this.#do(work);
  }

  /** Counts the milliseconds since this was asked last, or since the work that is under way began. */
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

  /** The event loop has turned: each that waits gets its share of a slice. */
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
