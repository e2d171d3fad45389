import type { WrittenOutcome } from "../values/outcomes.ts";
import type { CallsInFlight } from "./calls-in-flight.ts";
import type { HostCalls } from "./host-calls.ts";
import { askedFor, Diverged, type Journal } from "./journal.ts";
import type { BegunCall } from "./targets.ts";

/** Made by Realm (`realm.ts`). */
export interface RecordedCallsPowers {
  readonly host: HostCalls;
  readonly calls: CallsInFlight;
  readonly journal: Journal;
  /** The outcomes of calls that were under way when the program was saved, by their numbers. */
  readonly answers: ReadonlyMap<number, unknown>;
}

/** A call that has no outcome yet. */
export interface OpenCall {
  readonly call: number;
  readonly target: number;
  /** The arguments, written. */
  readonly args: Uint8Array;
}

interface Open extends OpenCall {
  /** Undefined: it is under way. */
  readonly again: BegunCall | undefined;
}

/**
 * What the runtime imports, written down. As long as there is something in the journal, the program is
 * told that, and nothing is called; then what it waits for is begun.
 */
export class RecordedCalls {
  readonly #powers: RecordedCallsPowers;
  readonly #open: Map<number, Open> = new Map();
  #isTold = false;
  #isBegun = false;

  constructor(powers: RecordedCallsPowers) {
    this.#powers = powers;
  }

  /** Whether the program is not yet where it was. */
  get isBehind(): boolean {
    return !this.#powers.journal.isOver;
  }

  get open(): readonly OpenCall[] {
    return [...this.#open.values()];
  }

  readonly now = (): number => {
    const { host, journal } = this.#powers;
    if (!journal.isOver) return journal.next("now").value;
    const value = host.now();
    journal.add({ tag: "now", value });
    return value;
  };

  readonly call = (target: number, args: Uint8Array): Uint8Array => {
    const { host, journal } = this.#powers;
    const asked = askedFor(target, args);
    if (!journal.isOver) {
      const entry = journal.next("call");
      if (entry.asked !== asked) throw new Diverged();
      host.again(target, args);
      return entry.outcome;
    }
    const outcome = host.call(target, args);
    journal.add({ tag: "call", asked, outcome });
    return outcome;
  };

  readonly start = (call: number, target: number, args: Uint8Array): void => {
    const { calls, host, journal } = this.#powers;
    const asked = askedFor(target, args);
    if (!journal.isOver) {
      const entry = journal.next("start");
      if (entry.asked !== asked || entry.call !== call) throw new Diverged();
      this.#open.set(call, { call, target, args, again: calls.begin(call) });
      return;
    }
    journal.add({ tag: "start", call, asked });
    this.#open.set(call, { call, target, args, again: undefined });
    host.start(call, target, args);
  };

  readonly cancel = (call: number): void => {
    const { host, journal } = this.#powers;
    if (journal.isOver) journal.add({ tag: "cancel", call });
    else if (journal.next("cancel").call !== call) throw new Diverged();
    this.#closed(call);
    host.cancel(call);
  };

  /** What settled next when the program was saved is settled again. Throws Diverged. */
  tell(): void {
    const { calls, journal } = this.#powers;
    for (const { call, outcome } of journal.next("resume").outcomes) {
      const open = this.#open.get(call)?.again;
      if (open === undefined || !calls.settle(call, open, outcome)) throw new Diverged();
    }
    this.#isTold = true;
  }

  /** These go to the program. */
  resumed(outcomes: readonly WrittenOutcome[]): void {
    for (const { call } of outcomes) this.#closed(call);
    if (!this.#isTold) this.#powers.journal.add({ tag: "resume", outcomes });
    this.#isTold = false;
  }

  /** Begins what was under way when the program was saved; those with an answer have it. */
  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const { answers, host } = this.#powers;
    for (const open of this.#open.values()) {
      const { call, target, args, again } = open;
      if (again === undefined) continue;
      this.#open.set(call, { ...open, again: undefined });
      if (answers.has(call)) {
        host.again(target, args);
        host.answer(call, again, answers.get(call));
      } else host.run({ call, target, args }, again);
    }
  }

  /** One that was made in an earlier process counts as made. */
  #closed(call: number): void {
    const open = this.#open.get(call);
    this.#open.delete(call);
    if (open?.again !== undefined) this.#powers.host.again(open.target, open.args);
  }
}
