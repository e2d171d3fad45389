// A guest's use of the thread it shares with others.
import type { Interrupt, ShareCounter, Verdict } from "../../component/engine.ts";
import { FLAG_WORD, RUNNER_WORD, RUNS_WORD, SLEEPS_WORD, SLICE_MS, TURNS_WORD } from "../ticker.ts";
import { Handed } from "./handed.ts";
import type { TableShare } from "./table-room.ts";

/**
 * Milliseconds that the destructors of an instance that ends may take, or the one of a resource that
 * the host drops: nothing waits for them, and they can't be set aside.
 */
export const LEAVE_MS = 100;

/**
 * Milliseconds that a guest may hold a thread it shares where it can't be set aside, in `realloc` or
 * a constructor: less than its neighbours have for an event.
 */
const HELD_MS = 1_000;

export interface TurnPowers {
  /** Milliseconds from any moment on. */
  now(): number;
  /** Resolves when the thread has done other work that waits. */
  readonly others: () => Promise<void>;
  /** Resolves after so many milliseconds. Default: nobody is kept aside for longer than the others need. */
  readonly after?: ((ms: number) => Promise<void>) | undefined;
  /** Whether guests are set aside in the middle of their code (JSPI). */
  readonly setsAside: boolean;
  /** See Interrupt.flag. */
  readonly flag: WebAssembly.Memory | undefined;
}

/**
 * Measures the time that one instance's code runs, and stops it where that is more than it was
 * given. What it waits for does not count, and a call that nobody gave a time has no end.
 */
export class Turn implements Interrupt {
  readonly flag?: WebAssembly.Memory;
  readonly pause?: () => Promise<void>;
  readonly yields: () => Promise<void>;
  readonly #powers: TurnPowers;
  readonly #word: Int32Array | undefined;
  readonly #told: () => void;
  readonly #instance: number;
  /** Told when the guest is set aside for others, and when it goes on. */
  aside: ((isAside: boolean) => void) | undefined;
  /** Counts what the guest holds where others see it. Undefined: `grows` is told. */
  counter: ShareCounter | undefined;
  grows: ((bytes: number) => void) | undefined;
  /** Its part in the thread's large tables. Default: as many as its limit says. */
  tables: TableShare | undefined;
  readonly #handed: Handed = new Handed();
  #left = 0;
  /** When it went on last; undefined while it does not run. */
  #since: number | undefined;
  /** Since when it could not be set aside. */
  #held: number | undefined;
  #over = false;
  /** The thread waits with it. */
  #holds = false;
  /** Milliseconds that it ran in all. */
  ran = 0;

  /**
   * `instance`: its number on the thread. `told`: called on the guest's stack whenever its time is
   * looked at.
   */
  constructor(powers: TurnPowers, instance: number = 0, told: () => void = () => {}) {
    this.#powers = powers;
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

  /** The guest is entered, and may run for so many milliseconds, and until it ran for `until` in all. */
  start(ms: number, until: number = Infinity): void {
    this.stop();
    this.#left = Math.min(ms, until - this.ran);
    this.go();
  }

  /** `start`; where nothing stopped the clock since `lap`, it goes on. */
  enter(ms: number, until: number): void {
    if (this.#since === undefined) return this.start(ms, until);
    this.#left = Math.min(ms, until - this.ran);
    this.#held = undefined;
  }

  /** The guest has ended its call, and may be entered by another one at once. */
  lap(): void {
    if (this.#since === undefined) return;
    const now = this.#powers.now();
    this.ran += now - this.#since;
    this.#since = now;
  }

  readonly waits = (): void => this.stop();

  readonly enters = (): void => this.go();

  /** The guest goes on. */
  go(): void {
    if (this.#over) return;
    this.#held = undefined;
    const ran = this.#since !== undefined;
    this.#since = this.#powers.now();
    const word = this.#word;
    if (word === undefined || ran) return;
    word[RUNNER_WORD] = this.#instance;
    Atomics.add(word, RUNS_WORD, 1);
    if (Atomics.load(word, SLEEPS_WORD) === 1) Atomics.notify(word, RUNS_WORD);
  }

  /** The guest waits for something, or has ended its call. */
  stop(): void {
    if (this.#since === undefined) return;
    this.#count();
    if (this.#word === undefined) return;
    this.#word[RUNNER_WORD] = 0;
    Atomics.sub(this.#word, RUNS_WORD, 1);
  }

  /**
   * The guest waits for the host, and its thread with it: that is not the guest's time, but its
   * neighbours wait for the thread. `goOn` follows.
   */
  hold(): void {
    if (this.#since === undefined) return;
    this.#count();
    this.#holds = true;
  }

  goOn(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#since = this.#powers.now();
  }

  #count(): void {
    const ran = this.#powers.now() - this.#since!;
    this.#since = undefined;
    this.#left -= ran;
    this.ran += ran;
  }

  /** The guest has handed this to its host, and others on its thread are to have a turn where it was much. */
  hands(args: readonly unknown[], written: number): void {
    if (this.#handed.add(args, written) && this.#word !== undefined) {
      Atomics.store(this.#word, FLAG_WORD, 1);
    }
  }

  /** It waits for what it handed over to be collected, in its own time. */
  async #rest(): Promise<void> {
    const { now, after } = this.#powers;
    const since = now();
    const ms = Math.min(this.#handed.wait(since), this.#left + 1);
    if (ms < 1 || after === undefined || this.#over) return;
    await after(ms);
    this.#left -= now() - since;
  }

  /** The instance has ended, perhaps while it was set aside: it never goes on. */
  end(): void {
    this.stop();
    this.tables?.release();
    this.#over = true;
  }

  /** The host sees that the thread goes on. */
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

  ask(pausable: boolean): Verdict {
    this.#told();
    // Where nobody is set aside, those that share the thread wait for as long as a guest may run.
    if (this.pause === undefined) this.#takesTurns();
    if (this.#word !== undefined) Atomics.store(this.#word, FLAG_WORD, 0);
    if (this.#over) return "stop";
    const since = this.#since;
    if (since === undefined) return pausable ? "pause" : "go-on";
    const now = this.#powers.now();
    if (now - since > this.#left) return "stop";
    // One that counts asks more often than a slice ends.
    const due = this.#word !== undefined || now - since >= SLICE_MS;
    if (pausable) return due ? "pause" : "go-on";
    this.#held ??= now;
    return this.pause !== undefined && now - this.#held > HELD_MS ? "stop" : "go-on";
  }
}
