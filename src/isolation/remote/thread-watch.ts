// Notices a thread that is waited for and does not turn any more: V8 compiles something for seconds,
// say. What it does then can't be interrupted, but nobody else need wait for it.

/** Milliseconds between two looks. */
const LOOK_MS = 50;

/** A thread that works all the time gets at least this share of it, on a machine that others use. */
const LEAST_SHARE = 1 / 5;

export interface WatchedThread {
  /** See Timers. */
  readonly after: (ms: number, callback: () => void) => Disposable;
  /** False while it starts, and where it waits for the host itself. */
  mayAnswer(): boolean;
  /** Another number whenever the thread has said something, or let its guests take turns. */
  signs(): number;
  /** Whether anybody waits for it. While nobody does, it is not looked at. */
  waitedFor(): boolean;
  /**
   * Milliseconds of processor time that all threads but the caller's have had so far. Undefined: nobody can
   * tell.
   */
  ranMs(): number | undefined;
  /** Milliseconds of silence after which it is stuck. */
  patienceMs(): number;
  /** Asks it for a sign. */
  ping(): void;
  /** It is stuck since so many milliseconds. Told at each look as long as it is. */
  stuck(ms: number): void;
  /** It goes on after it was stuck. */
  goesOn(): void;
}

export class ThreadWatch implements Disposable {
  readonly #thread: WatchedThread;
  #timer: Disposable | undefined;
  #signs = 0;
  #silentMs = 0;
  #ranMs: number | undefined;
  /** Whether it has not turned for too long. */
  stuck = false;
  /** Whether it is looked at again. */
  #looks = false;
  #over = false;

  constructor(thread: WatchedThread) {
    this.#thread = thread;
  }

  /** Somebody waits for it from now on. */
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
   * What a look counts for. No more than the time between two, however late it is: a process that stood still
   * says nothing of its threads. And no more than what threads could do meanwhile: one that does not get the
   * processor is silent, too, and has done nothing.
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
