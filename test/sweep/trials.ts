// Tries cases, in one process as long as nothing goes wrong with it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SweepCase } from "./cases.ts";
import { Child } from "./child.ts";
import type { Frontier, Sized } from "./frontier.ts";
import type { Outcome, Task } from "./outcome.ts";
import { rogueComponent, twin } from "./rogue.ts";
import { faultsOf, mayBeNoise } from "./verdict.ts";

// Times that a case is tried, where what it broke may be other processes' doing.
const ATTEMPTS = 3;

export interface Trial {
  /** The size of what started; undefined: nothing is accepted. */
  readonly n: number | undefined;
  readonly outcome: Outcome;
  readonly faults: readonly string[];
}

export class Trials implements Disposable {
  readonly #threads: number;
  readonly #flags: readonly string[];
  readonly #scratch = mkdtempSync(join(tmpdir(), "tenon-sweep-"));
  #child: Child | undefined;

  /** `threads`: for guests. `flags`: of V8's. */
  constructor(threads: number, flags: readonly string[]) {
    this.#threads = threads;
    this.#flags = flags;
  }

  /**
   * What the caps let through may be more than an instance may have: then the largest that starts is tried
   * as well.
   */
  async run(test: SweepCase, { accepted, refused }: Frontier): Promise<Trial> {
    const trial = await this.#attempts(test, accepted, refused);
    if (trial.faults.length > 0 || !isOverLimit(startOf(trial.outcome))) return trial;
    const smaller = await this.#startable(test, accepted!);
    // It is known there already.
    this.#end();
    return this.#attempts(test, smaller, refused);
  }

  [Symbol.dispose](): void {
    this.#end();
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  async #attempts(
    test: SweepCase,
    accepted: Sized | undefined,
    refused: Sized | undefined,
  ): Promise<Trial> {
    const task = await this.#task(test, accepted, refused);
    for (let left = ATTEMPTS - 1; ; left--) {
      const outcome = await this.#ask(task);
      const faults = faultsOf(test, outcome);
      if (faults.length > 0 || test.exit) this.#end();
      if (
        left === 0 ||
        faults.length === 0 ||
        !faults.every((fault) => mayBeNoise(fault, outcome))
      ) {
        return { n: accepted?.n, outcome, faults };
      }
      console.log(`    ${test.name}: again, since ${faults.join("; ")}`);
    }
  }

  async #startable(test: SweepCase, accepted: Sized): Promise<Sized> {
    let sized = accepted;
    while (sized.n > 1) {
      const { started } = await this.#ask({
        ...(await this.#task(test, sized, undefined)),
        probe: true,
      });
      if (!isOverLimit(started)) break;
      const n = sized.n >> 1;
      sized = { n, bytes: await rogueComponent("rogue", test.make(n)) };
    }
    return sized;
  }

  async #task(test: SweepCase, accepted?: Sized, refused?: Sized): Promise<Task> {
    const { name, events, exit } = test;
    const file = (kind: string, bytes: Uint8Array): string => {
      const path = join(this.#scratch, `${kind}.wasm`);
      writeFileSync(path, bytes);
      return path;
    };
    const more: string[] = [];
    for (let index = 1; accepted !== undefined && index < test.rogues; index++) {
      const bytes = await rogueComponent("rogue", twin(test.make(accepted.n), index));
      more.push(file(`more-${index}`, bytes));
    }
    return {
      name,
      events,
      exit,
      more,
      accepted: accepted && file("accepted", accepted.bytes),
      refused: refused && file("refused", refused.bytes),
    };
  }

  async #ask(task: Task): Promise<Outcome> {
    if (!this.#child?.alive) this.#child = new Child(this.#threads, this.#flags);
    return this.#child.run(task);
  }

  #end(): void {
    this.#child?.close();
    this.#child = undefined;
  }
}

function startOf({ siege }: Outcome): string | undefined {
  return siege?.endings.find(({ event }) => event === "poke")?.outcome;
}

function isOverLimit(outcome: string | undefined): boolean {
  return outcome !== undefined && outcome.includes('"limit":');
}
