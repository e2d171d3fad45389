/** The longest deletion whose text is looked through. */
const mostForgotten = 256;

/**
 * Counts the line breaks of a text while it is edited, as long as that is simple: while it has no
 * carriage return, so that each line feed is a break of its own.
 */
export class BreakTally {
  /** Line feeds inserted less line feeds deleted. */
  #feeds = 0;
  /** True once there may be a carriage return, or `feeds` is not known. */
  #lost = false;

  /**
   * Line breaks inserted less line breaks deleted since the start; undefined where the text must be
   * counted.
   */
  get breaks(): number | undefined {
    return this.#lost ? undefined : this.#feeds;
  }

  /** Starts with another text. `lost`: it may have a carriage return. */
  start(lost: boolean): void {
    this.#feeds = 0;
    this.#lost = lost;
  }

  /** Starts again with the same text as it is now. */
  restart(): void {
    this.#feeds = 0;
  }

  /** A unit of at most 13 was inserted (1) or deleted (-1). */
  count(unit: number, by: number): void {
    if (unit === 10) this.#feeds += by;
    else if (unit === 13) this.#lost = true;
  }

  countIn(text: string): void {
    if (this.#lost) return;
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) this.#feeds++;
    this.#lost = text.includes("\r");
  }

  /** `units[from, to)` are about to be deleted. */
  forget(units: Uint8Array | Uint16Array, from: number, to: number): void {
    if (this.#lost) return;
    if (to - from > mostForgotten) {
      this.#lost = true;
      return;
    }
    for (let i = from; i < to; i++) {
      const unit = units[i]!;
      if (unit <= 13) this.count(unit, -1);
    }
  }
}
