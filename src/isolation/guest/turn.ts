/// A guest's use of the thread it shares with others.
import type { Interrupt, Verdict } from "../../component/link/interrupt.ts";
import { FLAG_WORD, RUNS_WORD, SLEEPS_WORD } from "../ticker.ts";

export interface TurnPowers {
  /// Milliseconds from any moment on.
  now(): number;
  /// Resolves when the thread has done other work that waits.
  readonly others: (() => Promise<void>) | undefined;
  /// See Interrupt.flag.
  readonly flag: WebAssembly.Memory | undefined;
}

/// Measures the time that one instance's code runs, and stops it where that is more than it was
/// given. What it waits for does not count, and a call that nobody gave a time has no end.
export class Turn implements Interrupt {
  readonly flag?: WebAssembly.Memory;
  readonly pause?: () => Promise<void>;
  readonly #powers: TurnPowers;
  readonly #word: Int32Array | undefined;
  #left = 0;
  /// When it went on last; undefined while it does not run.
  #since: number | undefined;
  /// Milliseconds that it ran in all.
  ran = 0;

  constructor(powers: TurnPowers) {
    this.#powers = powers;
    const { flag, others } = powers;
    if (flag !== undefined) {
      this.flag = flag;
      this.#word = new Int32Array(flag.buffer);
    }
    if (others !== undefined) {
      this.pause = async () => {
        this.stop();
        await others();
        this.go();
      };
    }
  }

  /// The guest is entered, and may run for so many milliseconds.
  start(ms: number): void {
    this.#left = ms;
    this.go();
  }

  /// The guest goes on.
  go(): void {
    this.#since = this.#powers.now();
    const word = this.#word;
    if (word === undefined) return;
    Atomics.store(word, RUNS_WORD, 1);
    if (Atomics.load(word, SLEEPS_WORD) === 1) Atomics.notify(word, RUNS_WORD);
  }

  /// The guest waits for something, or has ended its call.
  stop(): void {
    if (this.#since === undefined) return;
    const ran = this.#powers.now() - this.#since;
    this.#since = undefined;
    this.#left -= ran;
    this.ran += ran;
    if (this.#word !== undefined) Atomics.store(this.#word, RUNS_WORD, 0);
  }

  ask(pausable: boolean): Verdict {
    if (this.#word !== undefined) Atomics.store(this.#word, FLAG_WORD, 0);
    const since = this.#since;
    if (since !== undefined && this.#powers.now() - since > this.#left) return "stop";
    return pausable ? "pause" : "go-on";
  }
}
