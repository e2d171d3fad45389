import type { Limits } from "./limits.ts";

/** When to stop trying what keeps failing, and for how long. */
export type BreakerLimit = Limits["breaker"];

export type BreakerState =
  /** `backOffMs`: how long it was open last, where nothing has shown yet that this is over. */
  | { readonly tag: "closed"; readonly failures: number; readonly backOffMs?: number }
  /** Nothing is let through before `until`. */
  | { readonly tag: "open"; readonly until: number; readonly backOffMs: number }
  /** One trial is under way; nothing else is let through. */
  | { readonly tag: "half-open"; readonly backOffMs: number };

export interface BreakerPowers {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** From 0 up to and without 1. */
  random(): number;
  /** Hears of every change of the state's tag. */
  changed?(state: BreakerState): void;
}

const untroubled: BreakerState = { tag: "closed", failures: 0 };

/**
 * A circuit breaker. Whoever was let through tells how it went, with one of `succeeded`, `failed` and
 * `withdrawn`.
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

  /** Whether there is anything to ask or to tell: false while nothing has failed. */
  get troubled(): boolean {
    return this.#state !== untroubled;
  }

  /** Whether one more may try. Where it is open and its time is up, this is the trial. */
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
   * The trial went well so far: others are let through, but `succeeded` is still to come, and one more
   * failure opens it again, for longer. Nothing where no trial is under way.
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

  /** It came to nothing either way: a trial is given back, to be made by the next one. */
  withdrawn(): void {
    if (this.#state.tag !== "half-open") return;
    const { backOffMs } = this.#state;
    this.#become({ tag: "open", until: this.#powers.now(), backOffMs });
  }

  /** As if nothing had ever failed. */
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
