/** Longer deletions are not looked through. */
const mostForgotten = 256;

/**
 * Keeps account of the line breaks of a text that is edited, as long as that is simple: while there is
 * no carriage return, so that each line feed is a break of its own.
 */
export class BreakTally {
  /** Line feeds that came less those that went. */
  #feeds = 0;
  /** There is, or may have been, a carriage return, or `feeds` is not known. */
  #lost = false;

  /**
   * Line breaks that came less those that went since it started; undefined where the text has to be
   * counted.
   */
  get breaks(): number | undefined {
    return this.#lost ? undefined : this.#feeds;
  }

  /** On another text. `lost`: it has a carriage return, or may have. */
  start(lost: boolean): void {
    this.#feeds = 0;
    this.#lost = lost;
  }

  /** On the same text as it is now. */
  restart(): void {
    this.#feeds = 0;
  }

  /** A unit up to 13 came (1) or went (-1). */
  count(unit: number, by: number): void {
    if (unit === 10) this.#feeds += by;
    else if (unit === 13) this.#lost = true;
  }

  countIn(text: string): void {
    if (this.#lost) return;
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) this.#feeds++;
    this.#lost = text.includes("\r");
  }

  /** `units[from, to)` are about to go. */
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
