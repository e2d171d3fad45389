// Notices a thread that does not turn any more while its answer is awaited, for example because V8
// compiles something for seconds. That can't be interrupted, but other plugins need not wait for
// it.

/** Milliseconds between two looks. */
const LOOK_MS = 50;

/**
 * A thread that is always busy gets at least this share of a processor, even beside other programs.
 */
const LEAST_SHARE = 1 / 5;

/** Made by ThreadConnection. */
export interface WatchedThread {
  /** See Timers. */
  readonly after: (ms: number, callback: () => void) => Disposable;
  /** False while the thread starts, and while it waits for the host. */
  mayAnswer(): boolean;
  /**
   * A number that changes whenever the thread has said something, or has let its guests take turns.
   */
  signs(): number;
  /** Whether an answer is awaited. Otherwise the thread is not watched. */
  waitedFor(): boolean;
  /**
   * Milliseconds of processor time that all threads but the caller's have used. Undefined: unknown.
   */
  ranMs(): number | undefined;
  /** Milliseconds of silence after which the thread is stuck. */
  patienceMs(): number;
  /** Asks the thread for a sign. */
  ping(): void;
  /** The thread has been stuck for `ms` milliseconds. Called at each look while it is. */
  stuck(ms: number): void;
  /** The thread turns again after it was stuck. */
  goesOn(): void;
}

export class ThreadWatch implements Disposable {
  readonly #thread: WatchedThread;
  #timer: Disposable | undefined;
  #signs = 0;
  #silentMs = 0;
  #ranMs: number | undefined;
  /** Whether the thread has not turned for too long. */
  stuck = false;
  /** Whether another look is planned. */
  #looks = false;
  #over = false;

  constructor(thread: WatchedThread) {
    this.#thread = thread;
  }

  /** An answer is awaited from now on. */
  begin(): void {
    if (this.#looks || this.#over) return;
    this.#looks = true;
    this.#signs = this.#thread.signs();
    this.#silentMs = 0;
    this.#ranMs = this.#thread.ranMs();
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#thread.after(LOOK_MS, () => this.#look());
  }

  /**
   * How many milliseconds a look counts for. At most the interval, however late the look is: a
   * process that was stopped says nothing about its threads. And at most the time that threads
   * could have run: one that gets no processor is silent as well.
   */
  #counted(): number {
    const [before, now] = [this.#ranMs, this.#thread.ranMs()];
    this.#ranMs = now;
    if (before === undefined || now === undefined) return LOOK_MS;
    return Math.min(LOOK_MS, Math.max(now - before, LOOK_MS * LEAST_SHARE));
  }

  #look(): void {
    const counted = this.#counted();
    const signs = this.#thread.signs();
    if (signs !== this.#signs) {
      this.#signs = signs;
      this.#silentMs = 0;
      if (this.stuck) this.#goesOn();
    } else if (this.#thread.mayAnswer()) {
      if (this.#silentMs === 0) this.#thread.ping();
      this.#silentMs += counted;
      this.stuck ||= this.#silentMs >= this.#thread.patienceMs();
      if (this.stuck) this.#thread.stuck(this.#silentMs);
    } else {
      this.#silentMs = 0;
      if (this.stuck) this.#goesOn();
    }
    this.#looks = !this.#over && (this.stuck || this.#thread.waitedFor());
    if (this.#looks) this.#arm();
  }

  #goesOn(): void {
    this.stuck = false;
    this.#thread.goesOn();
  }
}
