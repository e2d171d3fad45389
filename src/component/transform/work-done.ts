// How much a function may have done since its last check, on the heaviest way to the current
// place.
import { type Scale, SPAN } from "./weights.ts";

/** At one place, over all ways that lead there so far. -Infinity: none does. */
export interface WorkAt {
  since: number;
  /** The part of it that came after a call that is not light. */
  behind: number;
}

export function unreached(): WorkAt {
  return { since: -Infinity, behind: -Infinity };
}

/** Follows a function's code: the walk puts the weights of its instructions on the scale. */
export class WorkDone {
  readonly #scale: Scale;
  /**
   * What had been done outside of the innermost loop around before it started: it is on the scale all
   * the while, and no check in the loop takes it off.
   */
  #base = 0;
  /** What was on the scale behind the last call that was not light; Infinity: there was none. */
  #called = Infinity;

  constructor(scale: Scale) {
    this.#scale = scale;
  }

  begin(): void {
    this.base = 0;
    this.checked();
  }

  get base(): number {
    return this.#base;
  }

  set base(base: number) {
    this.#base = base;
    this.#scale.limit = base + SPAN;
  }

  get all(): number {
    return this.#scale.weight;
  }

  /** How much the next check takes off. */
  get since(): number {
    return this.#scale.weight - this.#base;
  }

  /** -Infinity if there was no such call. */
  get behind(): number {
    return this.#scale.weight - this.#called;
  }

  /** Whether so much more is too much without a check. */
  isTooMuch(more: number): boolean {
    return this.#scale.weight + more > this.#scale.limit;
  }

  /** A check has just been made, or the instructions that follow are unreachable. */
  checked(): void {
    this.#scale.weight = this.#base;
    this.#called = Infinity;
  }

  /**
   * A call of that weight is over. `calls`: whether it may have made calls that are not light, or
   * was not light itself.
   */
  call(weight: number, calls: "light" | "others" | "other"): void {
    const before = this.#scale.weight;
    this.#scale.weight += weight;
    if (calls === "other") this.#called = this.#scale.weight;
    if (calls === "others") this.#called = Math.min(this.#called, before);
  }

  /** A way leads from here to that place. */
  leadsTo(place: WorkAt): void {
    place.since = Math.max(place.since, this.#scale.weight);
    place.behind = Math.max(place.behind, this.behind);
  }

  /** This is that place: other ways lead here as well. */
  joins(place: WorkAt): void {
    const behind = Math.max(place.behind, this.behind);
    this.#scale.weight = Math.max(place.since, this.#scale.weight);
    this.#called = this.#scale.weight - behind;
  }
}
