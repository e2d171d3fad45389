import type { WrittenOutcome } from "../values/outcomes.ts";
import type { BegunCall } from "./targets.ts";

/** The calls that a program has begun and that have no outcome yet. */
export class CallsInFlight {
  readonly #calls = new Map<number, InFlight>();
  #outcomes: WrittenOutcome[] = [];

  /** How many the program waits for, those whose outcome it has not been given included. */
  get size(): number {
    return this.#calls.size + this.#outcomes.length;
  }

  get hasOutcomes(): boolean {
    return this.#outcomes.length > 0;
  }

  begin(call: number): BegunCall {
    const inFlight = new InFlight();
    this.#calls.set(call, inFlight);
    return inFlight;
  }

  /** Whether the program has not given it up. */
  waitsFor(call: number, begun: BegunCall): boolean {
    return this.#calls.get(call) === begun;
  }

  /** An outcome of a call that was given up is dropped. */
  settle(call: number, begun: BegunCall, outcome: Uint8Array): boolean {
    if (!this.waitsFor(call, begun)) return false;
    this.#calls.delete(call);
    this.#outcomes.push({ call, outcome });
    return true;
  }

  cancel(call: number): void {
    const inFlight = this.#calls.get(call);
    this.#calls.delete(call);
    inFlight?.abort();
  }

  cancelAll(): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    this.#outcomes = [];
    for (const call of calls) call.abort();
  }

  takeOutcomes(): readonly WrittenOutcome[] {
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    return outcomes;
  }
}

/** Most targets never ask for the signal, which costs more than the rest of a call. */
class InFlight implements BegunCall {
  #controller: AbortController | undefined;
  #aborted = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}
