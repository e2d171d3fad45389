// How a guest uses the thread that it shares with others.
import type { Interrupt, ShareCounter, Verdict } from "../../component/engine.ts";
import { FLAG_WORD, RUNNER_WORD, RUNS_WORD, SLEEPS_WORD, SLICE_MS, TURNS_WORD } from "../ticker.ts";
import { Handed } from "./handed.ts";
import { Holding } from "./holding.ts";
import { type RunClocks, RunTime } from "./run-time.ts";
import type { TableShare } from "./table-room.ts";

/**
 * Milliseconds that the destructors of an ending instance may take, or the destructor of a resource
 * that the host drops: no one waits for them, and they can't be suspended.
 */
export const LEAVE_MS = 100;

/**
 * Milliseconds for which a guest may hold its thread while it can't be suspended (in `realloc` or a
 * constructor). Less than the deadline of the other guests' events.
 */
const HELD_MS = 1_000;

/**
 * Milliseconds of a guest's own time after which it is told how long the guest has run, in the
 * middle of a call too.
 */
const REPORT_MS = 50;

/** Made by GuestThread, and on the caller's thread by `caller-engine.ts`. */
export interface TurnPowers extends RunClocks {
  /** Resolves when the thread has done the other work that waits. */
  readonly others: () => Promise<void>;
  /**
   * Resolves after `ms` milliseconds. Default: a guest is suspended only for as long as others
   * need.
   */
  readonly after?: ((ms: number) => Promise<void>) | undefined;
  /** Whether guests can be suspended in the middle of their code (JSPI). */
  readonly setsAside: boolean;
  /** See Interrupt.flag. */
  readonly flag: WebAssembly.Memory | undefined;
}

/**
 * Measures how long one instance's code runs, and stops it when its time is used up. Time in which
 * it waits does not count. A call without a time has no limit.
 */
export class Turn implements Interrupt {
  readonly flag?: WebAssembly.Memory;
  readonly pause?: () => Promise<void>;
  readonly yields: () => Promise<void>;
  readonly #powers: TurnPowers;
  readonly #word: Int32Array | undefined;
  readonly #told: () => void;
  readonly #instance: number;
  /** Called when the guest is suspended for others, and when it continues. */
  aside: ((isAside: boolean) => void) | undefined;
  /** Called with `ran` every 50 ms of the guest's own time, and seldom where it can't be suspended. */
  reports: ((ran: number) => void) | undefined;
  /** Called where the guest holds up the others on its thread too often; see Holding. */
  holds: (() => void) | undefined;
  /** Counts the guest's memory where other threads see it. Undefined: `grows` is called instead. */
  counter: ShareCounter | undefined;
  grows: ((bytes: number) => void) | undefined;
  /** The instance's part of the thread's large tables. Default: only its own limit counts. */
  tables: TableShare | undefined;
  readonly #handed: Handed = new Handed();
  readonly #holding: Holding = new Holding();
  readonly #time: RunTime;
  #left = 0;
  /** When it last continued; undefined while it does not run. */
  #since: number | undefined;
  /** Since when it has not been able to be suspended. */
  #held: number | undefined;
  #over = false;
  /** True while the thread waits together with the guest. */
  #holds = false;
  /** How many milliseconds it has run in all. */
  ran = 0;
  /** The next report is due when it has run for so many milliseconds in all. */
  #due = REPORT_MS;

  /**
   * `instance`: its number on the thread. `told`: called on the guest's stack whenever its time is
   * checked.
   */
  constructor(powers: TurnPowers, instance: number = 0, told: () => void = () => {}) {
    this.#powers = powers;
    this.#time = new RunTime(powers);
    this.#told = told;
    this.#instance = instance;
    const { flag, others } = powers;
    if (flag !== undefined) {
      this.flag = flag;
      this.#word = new Int32Array(flag.buffer);
    }
    this.yields = async () => {
      this.stop();
      this.#takesTurns();
      this.aside?.(true);
      await others();
      await this.#rest();
      this.aside?.(false);
      this.go();
    };
    if (powers.setsAside) this.pause = this.yields;
  }

  /**
   * The guest is entered. It may run for `ms` milliseconds, and until it has run for `until`
   * milliseconds in all.
   */
  start(ms: number, until: number = Infinity): void {
    this.stop();
    this.#left = Math.min(ms, until - this.ran);
    this.go();
  }

  /** Does what `start` does, but where the clock has not been stopped since `lap`, it continues. */
  enter(ms: number, until: number): void {
    if (this.#since === undefined) return this.start(ms, until);
    this.#left = Math.min(ms, until - this.ran);
    this.#held = undefined;
  }

  /** The guest's call has ended, and another call may enter at once. */
  lap(): void {
    if (this.#since === undefined) return;
    const now = this.#powers.now();
    this.ran += this.#time.until(now);
    this.#begin(now);
  }

  #begin(now: number): void {
    this.#since = now;
    this.#time.begin(now);
  }

  readonly waits = (): void => this.stop();

  readonly enters = (): void => this.go();

  /** The guest continues. */
  go(): void {
    if (this.#over) {
      // One that was ended in its start, and continues: its next check stops it.
      if (this.#word !== undefined) Atomics.store(this.#word, FLAG_WORD, 1);
      return;
    }
    this.#held = undefined;
    const ran = this.#since !== undefined;
    this.#begin(this.#powers.now());
    const word = this.#word;
    if (word === undefined || ran) return;
    word[RUNNER_WORD] = this.#instance;
    Atomics.add(word, RUNS_WORD, 1);
    if (Atomics.load(word, SLEEPS_WORD) === 1) Atomics.notify(word, RUNS_WORD);
  }

  /** The guest waits, or its call has ended. */
  stop(): void {
    if (this.#since === undefined) return;
    this.#count();
    if (this.#word === undefined) return;
    this.#word[RUNNER_WORD] = 0;
    Atomics.sub(this.#word, RUNS_WORD, 1);
  }

  /**
   * The guest waits for the host, and its thread with it. That time is not the guest's, but other
   * guests wait for the thread. `goOn` follows.
   */
  hold(): void {
    if (this.#since === undefined) return;
    this.#count();
    this.#holds = true;
  }

  goOn(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#begin(this.#powers.now());
  }

  #count(): void {
    const ran = this.#time.until(this.#powers.now());
    this.#since = undefined;
    this.#left -= ran;
    this.ran += ran;
    if (this.ran >= this.#due) this.#report(this.ran);
  }

  #report(ran: number): void {
    this.#due = ran + REPORT_MS;
    this.reports?.(ran);
  }

  /**
   * The guest has passed values to its host. Where they are many, others on the thread get a turn.
   */
  hands(args: readonly unknown[], written: number, isCut = false): void {
    if (this.#handed.add(args, written, isCut) && this.#word !== undefined) {
      Atomics.store(this.#word, FLAG_WORD, 1);
    }
  }

  /**
   * Waits until the passed values have probably been collected; this counts as the guest's time.
   */
  async #rest(): Promise<void> {
    const { now, after } = this.#powers;
    const since = now();
    const ms = Math.min(this.#handed.wait(since), this.#left + 1);
    if (ms < 1 || after === undefined || this.#over) return;
    await after(ms);
    this.#left -= now() - since;
  }

  /** The instance has ended, perhaps while it was suspended: it never continues. */
  end(): void {
    this.stop();
    this.tables?.release();
    this.#over = true;
  }

  /** Shows the host that the thread is alive. */
  #takesTurns(): void {
    if (this.#word !== undefined) Atomics.add(this.#word, TURNS_WORD, 1);
  }

  room(bytes: number, pausable: boolean, tableElements: number): Verdict | "no-tables" {
    if (tableElements !== 0 && this.tables?.take(tableElements) === false) return "no-tables";
    const verdict = this.#roomFor(bytes, pausable);
    if (verdict !== "go-on" && tableElements !== 0) this.tables?.take(-tableElements);
    return verdict;
  }

  #roomFor(bytes: number, pausable: boolean): Verdict {
    if (this.counter !== undefined) return this.counter.room(bytes, pausable);
    this.grows?.(bytes);
    return "go-on";
  }

  /** Whether the guest will look at its time at its next check. Without a flag, it may at any. */
  get asked(): boolean {
    return this.#word === undefined || this.#word[FLAG_WORD] !== 0;
  }

  ask(pausable: boolean): Verdict {
    this.#told();
    // Where guests can't be suspended, others on the thread wait for as long as a guest may run.
    if (this.pause === undefined) this.#takesTurns();
    if (this.#word !== undefined) Atomics.store(this.#word, FLAG_WORD, 0);
    if (this.#over) return "stop";
    const since = this.#since;
    if (since === undefined) return pausable ? "pause" : "go-on";
    const now = this.#powers.now();
    const runs = this.#time.until(now);
    if (runs > this.#left) return "stop";
    // Where it is never suspended, nothing else counts while it runs.
    const ran = this.ran + runs;
    if (this.pause === undefined && ran >= this.#due) this.#report(ran);
    // A guest that counts its steps asks more often than once a slice.
    const due = this.#word !== undefined || now - since >= SLICE_MS;
    if (pausable) {
      this.#held = undefined;
      return due ? "pause" : "go-on";
    }
    this.#held ??= now;
    if (this.pause === undefined) return "go-on";
    if (this.#holding.until(now, this.#held)) this.holds?.();
    return now - this.#held > HELD_MS ? "stop" : "go-on";
  }
}
