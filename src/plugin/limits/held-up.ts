import type { Clock } from "../../platform/clock.ts";

/**
 * A function that returns within this share of the deadline, or these milliseconds, does not hold a
 * call up: a plugin that calls quick functions for ever is late by its own doing.
 */
const SHARE = 0.5;
const LEAST_MS = 50;

/**
 * The first so many functions that a call calls are timed in any case. To read the clock for each of
 * them would take longer than most of them do.
 */
const TIMED = 4;

/** A guest that has called so many functions since it was last seen is held up by none of them. */
const MANY = 1_000;

/**
 * Which function of the application's interfaces a call was in, or waited for, when its deadline
 * passed. The plugin is not to blame for that deadline.
 */
export class HeldUp {
  readonly #now: () => number;
  readonly #awaited: Set<{ readonly operation: string }> = new Set();
  #least = Infinity;
  #due = Infinity;
  #heldSince = 0;
  /** When the guest of this thread was last seen to run by itself. */
  #seen = 0;
  /** The function that was called last since then, and when it is known to have returned. */
  #last: string | undefined;
  #back: number | undefined;
  /** How many functions of the call are still timed in any case. */
  #timed = 0;
  /** How many functions have returned since the guest was last seen. */
  #calls = 0;
  #late: string | undefined;

  /** See EngineInstance.mayBeLate. Undefined: `worked` tells the time of functions. */
  mayBeLate: (() => boolean) | undefined;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#now = () => clock.monotonic();
  }

  /** A call begins, now, that may take `ms` milliseconds. */
  begin(ms: number, now: number): void {
    this.#least = Math.max(LEAST_MS, ms * SHARE);
    this.#seen = now;
    this.#due = now + ms;
    this.#timed = TIMED;
    this.#calls = 0;
    this.#last = this.#back = this.#late = undefined;
  }

  /** The deadline stands still until `release`. */
  hold(): void {
    this.#heldSince = this.#now();
  }

  release(): void {
    this.#due += this.#now() - this.#heldSince;
  }

  /** A function of the application's is called. */
  enters(operation: string): void {
    this.#last = operation;
  }

  /** It has returned, or thrown. */
  left(): void {
    if (this.mayBeLate === undefined || ++this.#calls >= MANY) return;
    if (this.#timed > 0) this.#timed--;
    else if (!this.mayBeLate()) return;
    this.#back = this.#now();
  }

  /** The guest of this thread runs by itself. */
  runs(): void {
    if (this.#back !== undefined && this.#calls < MANY) {
      this.#took(this.#back - this.#seen, this.#back);
    }
    this.#last = this.#back = undefined;
    this.#calls = 0;
    this.#seen = this.#now();
  }

  /** A function that a guest on another thread called has taken `ms` milliseconds. */
  worked(ms: number): void {
    this.#took(ms, ms < this.#least ? 0 : this.#now());
  }

  #took(ms: number, now: number): void {
    if (ms >= this.#least && now >= this.#due && now - ms < this.#due) this.#late ??= this.#last;
    this.#last = undefined;
  }

  /** A function has returned a promise. The result is called when that settles. */
  awaits(operation: string): () => void {
    const one = { operation };
    this.#awaited.add(one);
    return () => void this.#awaited.delete(one);
  }

  /** The function that the call waits for, now that its deadline has passed. */
  get awaited(): string | undefined {
    const [first] = this.#awaited;
    return first?.operation;
  }

  /** The function that the call was in when its deadline passed, and that has returned since. */
  get late(): string | undefined {
    return this.#late;
  }
}
