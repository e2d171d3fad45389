import type { CallOptions, TimeAccount } from "../../component/engine.ts";
import type { Settled } from "../values/decode.ts";
import { GuestThrown } from "./targets.ts";

/** How one run is made: see CallOptions of the engine. */
export interface RunOptions {
  /** Milliseconds that the program's code may run in all, waiting not counted. Default: no limit. */
  readonly timeMs?: number | undefined;
  /**
   * Milliseconds that it may still run, asked whenever its code is entered: for a deadline by the
   * clock. Default: what is left of `timeMs`.
   */
  readonly leftMs?: (() => number) | undefined;
  /** Hears what the run costs. Default: the account of the instance. */
  readonly account?: TimeAccount | undefined;
}

/** A call into a program, until its promise has settled. */
export class Run {
  readonly number: number;
  readonly #options: RunOptions;
  #outcome: { readonly ok: boolean; readonly value: unknown } | undefined;
  #waiting: PromiseWithResolvers<unknown> | undefined;
  /** Milliseconds that it has run. */
  ran = 0;

  constructor(number: number, options: RunOptions) {
    this.number = number;
    this.#options = options;
  }

  get leftMs(): number {
    const { timeMs = Infinity, leftMs } = this.#options;
    return Math.max(0, Math.min(timeMs - this.ran, leftMs?.() ?? Infinity));
  }

  get account(): TimeAccount | undefined {
    return this.#options.account;
  }

  settle({ ok, value }: Pick<Settled, "ok" | "value">): void {
    this.#end(ok, ok ? value : new GuestThrown(value));
  }

  fail(error: unknown): void {
    this.#end(false, error);
  }

  #end(ok: boolean, value: unknown): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = { ok, value };
    if (ok) this.#waiting?.resolve(value);
    else this.#waiting?.reject(value);
  }

  /** What it came to; a promise where that is not known yet. Throws what it failed with. */
  get answer(): unknown {
    if (this.#outcome === undefined) return (this.#waiting ??= Promise.withResolvers()).promise;
    if (this.#outcome.ok) return this.#outcome.value;
    throw this.#outcome.value;
  }
}

/**
 * The runs whose promises have not settled. Which of them a piece of code runs for, nobody can
 * tell: time is counted for the run that was entered, or for all of them.
 */
export class Runs {
  readonly #live = new Map<number, Run>();
  #last = 0;

  get size(): number {
    return this.#live.size;
  }

  begin(options: RunOptions): Run {
    this.#last = (this.#last % 0x7fff_ffff) + 1;
    const run = new Run(this.#last, options);
    this.#live.set(run.number, run);
    return run;
  }

  settle(settled: Settled): void {
    const run = this.#live.get(settled.run);
    this.#live.delete(settled.run);
    run?.settle(settled);
  }

  drop(run: Run, error: unknown): void {
    this.#live.delete(run.number);
    run.fail(error);
  }

  failAll(error: unknown): void {
    const runs = [...this.#live.values()];
    this.#live.clear();
    for (const run of runs) run.fail(error);
  }

  /** The options of one entry, for a run or for all. */
  entry(entered?: Run): CallOptions {
    const runs = entered === undefined ? [...this.#live.values()] : [entered];
    const leftMs = Math.min(...runs.map((run) => run.leftMs));
    const account = runs[0]?.account;
    const counts: TimeAccount = {
      ran: (ms, withHost) => {
        for (const run of runs) run.ran += ms;
        account?.ran(ms, withHost);
      },
      hosted: (ms) => account?.hosted(ms),
      runs: () => account?.runs?.(),
    };
    return { account: counts, ...(leftMs === Infinity ? {} : { timeMs: leftMs }) };
  }
}
