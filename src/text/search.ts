import { checkIndex, checkLimit, checkRange } from "./range.ts";
import { readerOf } from "./pattern.ts";
import type { PatternOptions, PatternReader } from "./pattern.ts";
import type { TextSnapshot } from "./rope/snapshot.ts";
import { isLow } from "./rope/units.ts";
import type { TextView } from "./rope/view.ts";

/**
 * Units that are looked at in one go; time is looked at between. A regular expression that fails late
 * at every start takes time in the square of it.
 */
const stride = 16_384;

export interface TextMatch {
  readonly start: number;
  readonly end: number;
  /** Of a regular expression: what its groups matched, the first group first. */
  readonly captures: readonly (string | undefined)[];
  /** Of a regular expression with named groups. */
  readonly groups: Readonly<Record<string, string | undefined>>;
}

export interface SearchOptions extends PatternOptions {
  /** Matches lie in `[from, to)`; by default in the whole text. */
  readonly from?: number;
  readonly to?: number;
  /**
   * Units that a regular expression may need to see around the place where a match starts: before it,
   * to look behind, and after it, for the match and what it looks ahead at. A match that is longer is
   * found, too, as long as its first so many units show that it is one. By default 4096.
   */
  readonly reach?: number;
  /** Whether a lone surrogate is found as U+FFFD, which it is in UTF-8. By default as what it is. */
  readonly wellFormed?: boolean;
}

export interface SearchBudget {
  /**
   * Milliseconds on the clock that may pass, about: a stretch of 16 Ki units is never interrupted. By
   * default unlimited.
   */
  readonly milliseconds?: number;
  /** Tells milliseconds, as `performance.now` does. Needed for `milliseconds` to count. */
  readonly clock?: () => number;
  /** Matches to find at most. By default unlimited. */
  readonly matches?: number;
}

export interface SearchResult {
  readonly matches: readonly TextMatch[];
  /** Whether the end was reached; else the next `run` goes on. */
  readonly done: boolean;
}

/**
 * A search through a text as it was when the search began, a stretch at a time: it can stop and go on
 * whenever, and never makes a string of the whole text. Matches are what `String.matchAll` finds,
 * leftmost first, without overlap.
 *
 * A regular expression runs on a stretch without interruption: one that backtracks without end must
 * not come from someone who is not trusted.
 */
export class TextSearch {
  readonly #text: TextSnapshot;
  readonly #reader: PatternReader;
  readonly #to: number;
  readonly #reach: number;
  readonly #wellFormed: boolean;
  #at: number;
  #done = false;
  /** The stretch that was read last, and how far the next one reaches. */
  #stretch = "";
  #stretchStart = 0;
  #stretchEnd = -1;
  #size: number = stride;

  /** `text-range` where the range is not in the text, or the reach is no whole number. The empty string is found nowhere. */
  constructor(text: TextView, pattern: string | RegExp, options: SearchOptions = {}) {
    const { from = 0, to = text.length, reach = 4096, wellFormed = false } = options;
    checkRange(from, to, text.length);
    checkIndex("reach", reach, Number.MAX_SAFE_INTEGER);
    this.#text = text.snapshot();
    this.#reader = readerOf(pattern, options);
    this.#reach = Math.max(16, this.#reader.reach ?? reach);
    this.#wellFormed = wellFormed;
    this.#at = from;
    this.#to = to;
    if (pattern === "") this.#done = true;
  }

  /** All matches that start before it have been found. */
  get position(): number {
    return this.#done ? this.#to : this.#at;
  }
  get done(): boolean {
    return this.#done;
  }

  /** Goes on until the budget is used up. */
  run(budget: SearchBudget = {}): SearchResult {
    const { milliseconds = Infinity, clock, matches: most = Infinity } = budget;
    checkLimit("milliseconds", milliseconds);
    checkLimit("matches", most);
    const end = clock === undefined ? Infinity : clock() + milliseconds;
    const matches: TextMatch[] = [];
    while (!this.#done && matches.length < most) {
      const match = this.#step();
      if (match !== undefined) matches.push(match);
      if (clock !== undefined && clock() >= end) break;
    }
    return { matches, done: this.#done };
  }

  /** The next match; undefined where there is none. Without a budget. */
  next(): TextMatch | undefined {
    return this.run({ matches: 1 }).matches[0];
  }

  *[Symbol.iterator](): Generator<TextMatch, void> {
    for (let match = this.next(); match !== undefined; match = this.next()) yield match;
  }

  /**
   * Looks for a match in one stretch. Undefined where there is none, or where a longer stretch has to
   * be looked at to be sure.
   */
  #step(): TextMatch | undefined {
    this.#read();
    const found = this.#reader.find(this.#stretch, this.#at - this.#stretchStart);
    const last = this.#stretchEnd === this.#text.length;
    // Whatever starts before it could see all that it needs.
    const decided = last ? Infinity : this.#stretchEnd - this.#reach;
    const start = found === undefined ? Infinity : this.#stretchStart + found.index;
    if (found === undefined || start > this.#to) {
      if (last || decided >= this.#to) this.#done = true;
      else this.#moveOn(decided);
      return undefined;
    }
    const end = start + found.length;
    if (start >= decided) {
      this.#moveOn(decided);
      return undefined;
    }
    if (!last && end > this.#stretchEnd - this.#reader.ahead(this.#reach)) {
      this.#size *= 2;
      this.#stretchEnd = -1;
      return undefined;
    }
    this.#at = end > start ? end : start + this.#reader.advance(this.#stretch, found.index);
    if (this.#at > this.#to) this.#done = true;
    if (end > this.#to) return undefined;
    return { start, end, captures: found.captures, groups: found.groups };
  }

  #moveOn(to: number): void {
    this.#size = stride;
    this.#at = to;
    this.#stretchEnd = -1;
  }

  /** Reads the stretch around the position, unless it has been read. A surrogate pair is not divided. */
  #read(): void {
    const { length } = this.#text;
    if (
      this.#stretchEnd >= 0 &&
      (this.#stretchEnd === length || this.#at < this.#stretchEnd - this.#reach)
    ) {
      return;
    }
    let start = Math.max(0, this.#at - this.#reach);
    let end = Math.min(length, this.#at + this.#size + this.#reach);
    if (start > 0 && isLow(unitAt(this.#text, start))) start--;
    if (end < length && isLow(unitAt(this.#text, end))) end++;
    const stretch = this.#text.slice(start, end);
    this.#stretch = this.#wellFormed ? stretch.toWellFormed() : stretch;
    this.#stretchStart = start;
    this.#stretchEnd = end;
  }
}

function unitAt(text: TextView, at: number): number {
  return text.slice(at, at + 1).charCodeAt(0);
}
