import type { Limits } from "./limits.ts";

/** After how many failures to stop trying, and for how long. */
export type BreakerLimit = Limits["breaker"];

export type BreakerState =
  /**
   * `backOffMs`: for how long it was open last, while it is not certain that the failures are over.
   */
  | { readonly tag: "closed"; readonly failures: number; readonly backOffMs?: number }
  /** All calls are refused until `until`. */
  | { readonly tag: "open"; readonly until: number; readonly backOffMs: number }
  /** One trial is under way; all other calls are refused. */
  | { readonly tag: "half-open"; readonly backOffMs: number };

/** Made by Allowance (`allowance.ts`). */
export interface BreakerPowers {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Returns a number from 0 (included) to 1 (excluded). */
  random(): number;
  /** Called when the state's tag has changed. */
  changed?(state: BreakerState): void;
}

const untroubled: BreakerState = { tag: "closed", failures: 0 };

/**
 * A circuit breaker. After each call that was let through, the caller reports its outcome with one
 * of `succeeded`, `failed` and `withdrawn`.
 */
export class Breaker {
  readonly #limit: BreakerLimit;
  readonly #powers: BreakerPowers;
  #state: BreakerState = untroubled;

  constructor(limit: BreakerLimit, powers: BreakerPowers) {
    this.#limit = limit;
    this.#powers = powers;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** False while nothing has failed: then callers need neither ask nor report. */
  get troubled(): boolean {
    return this.#state !== untroubled;
  }

  /**
   * Whether one more call may be made. Where the breaker is open and its time is up, that call is
   * the trial.
   */
  admits(): boolean {
    const state = this.#state;
    if (state.tag === "closed") return true;
    if (state.tag === "half-open" || this.#powers.now() < state.until) return false;
    this.#become({ tag: "half-open", backOffMs: state.backOffMs });
    return true;
  }

  /** Milliseconds until a trial is let through. */
  get waitMs(): number {
    return this.#state.tag === "open" ? Math.max(0, this.#state.until - this.#powers.now()) : 0;
  }

  succeeded(): void {
    if (this.#state.tag === "open") return;
    this.#become(untroubled);
  }

  /**
   * The trial has gone well so far. Other calls are let through, but `succeeded` is still to come,
   * and one more failure opens the breaker again, for longer. Does nothing where no trial is under
   * way.
   */
  promising(): void {
    if (this.#state.tag !== "half-open") return;
    const { backOffMs } = this.#state;
    this.#become({ tag: "closed", failures: this.#limit.failures - 1, backOffMs });
  }

  failed(): void {
    const state = this.#state;
    const { failures, firstMs, maxMs } = this.#limit;
    if (state.tag === "open") return;
    if (state.tag === "closed" && state.failures + 1 < failures) {
      this.#state = { ...state, failures: state.failures + 1 };
      return;
    }
    const { backOffMs } = state;
    this.#open(Math.min(backOffMs === undefined ? firstMs : backOffMs * 2, maxMs));
  }

  /** The call neither succeeded nor failed. If it was the trial, the next call is the trial. */
  withdrawn(): void {
    if (this.#state.tag !== "half-open") return;
    const { backOffMs } = this.#state;
    this.#become({ tag: "open", until: this.#powers.now(), backOffMs });
  }

  /** Forgets all failures. */
  reset(): void {
    this.#become(untroubled);
  }

  #open(backOffMs: number): void {
    const jitter = 1 + this.#powers.random() / 2;
    this.#become({ tag: "open", until: this.#powers.now() + backOffMs * jitter, backOffMs });
  }

  #become(state: BreakerState): void {
    const changed = state.tag !== this.#state.tag;
    this.#state = state;
    if (changed) this.#powers.changed?.(state);
  }
}
