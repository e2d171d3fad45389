import { callable, flag, number, type Rules } from "../option-rules.ts";
import { checkIndex, checkLimit, checkRange, checkTextOptions } from "./range.ts";
import { readerOf } from "./pattern.ts";
import type { PatternOptions, PatternReader } from "./pattern.ts";
import type { TextSnapshot } from "./rope/snapshot.ts";
import { isInPair } from "./rope/units.ts";
import { isLow } from "../utf8.ts";
import type { TextView } from "./rope/view.ts";

/**
 * How many units are searched between two looks at the clock. A regular expression that fails late
 * at every start takes time quadratic in it.
 */
const stride = 16_384;

/** A match of a search. */
export interface TextMatch {
  /** The offset of its first UTF-16 unit. */
  readonly start: number;
  /** The offset behind its last UTF-16 unit. */
  readonly end: number;
  /** What the groups of a regular expression matched, the first group first. */
  readonly captures: readonly (string | undefined)[];
  /** The same for the named groups of a regular expression. */
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** Where to search, and how. */
export interface SearchOptions extends PatternOptions {
  /**
   * Where to search: matches lie in `[from, to)`. Default: the whole text. Where it divides a
   * surrogate pair, what reads characters (a regular expression with `u` or `v`, a string with an
   * option, every search with `wellFormed`) starts behind the pair.
   */
  readonly from?: number;
  /** Where the search ends. Default: the end of the text. */
  readonly to?: number;
  /**
   * How many units a regular expression may need to see around the start of a match: before it, for
   * looking behind, and after it, for the match and for looking ahead. A longer match is found as
   * well, as long as its first `reach` units show that it is one. Default: 4096.
   */
  readonly reach?: number;
  /**
   * Whether a lone surrogate is searched as U+FFFD, which it is in UTF-8. Default: false, as
   * itself.
   */
  readonly wellFormed?: boolean;
}

/** How long a search may take before it returns. */
export interface SearchBudget {
  /**
   * Roughly how many milliseconds on the clock may pass: a stretch of 16 Ki units is never
   * interrupted. Default: unlimited.
   */
  readonly milliseconds?: number;
  /**
   * The time in milliseconds, as `performance.now` tells it. `milliseconds` counts only with a
   * clock.
   */
  readonly clock?: () => number;
  /** The most matches to find. Default: unlimited. */
  readonly matches?: number;
}

/** What a search has found so far. */
export interface SearchResult {
  /** The matches, in the order of their places. */
  readonly matches: readonly TextMatch[];
  /** Whether the end was reached. Otherwise the next `run` continues. */
  readonly done: boolean;
}

const RULES: Rules<SearchOptions> = {
  ignoreCase: flag,
  wholeWord: flag,
  from: number,
  to: number,
  reach: number,
  wellFormed: flag,
};
const BUDGET_RULES: Rules<SearchBudget> = {
  milliseconds: number,
  clock: callable,
  matches: number,
};

/**
 * A search through a text as it was when the search began, stretch by stretch: it can stop and
 * continue at any time, and never makes a string of the whole text. It finds the matches of
 * `String.matchAll`: leftmost first, without overlap.
 *
 * A regular expression runs on a stretch without interruption, so one that backtracks without end
 * must not come from an untrusted source.
 */
export class TextSearch {
  readonly #text: TextSnapshot;
  readonly #reader: PatternReader;
  readonly #to: number;
  readonly #reach: number;
  readonly #wellFormed: boolean;
  #at: number;
  #done = false;
  /** The stretch that was read last, and how far the next one extends. */
  #stretch = "";
  #stretchStart = 0;
  #stretchEnd = -1;
  #size: number = stride;

  /**
   * Throws `text-range` where the range is not in the text, or the reach is not a whole number. The
   * empty string is never found.
   */
  constructor(text: TextView, pattern: string | RegExp, options: SearchOptions = {}) {
    checkTextOptions("TextSearch", options, RULES);
    const { from = 0, to = text.length, reach = 4096, wellFormed = false } = options;
    checkRange(from, to, text.length);
    checkIndex("reach", reach, Number.MAX_SAFE_INTEGER);
    this.#text = text.snapshot();
    this.#reader = readerOf(pattern, options);
    this.#reach = Math.max(16, this.#reader.reach ?? reach);
    this.#wellFormed = wellFormed;
    this.#to = to;
    this.#at = this.#startFrom(from);
    if (pattern === "" || this.#at > to) this.#done = true;
  }

  /** All matches that start before this offset have been found. */
  get position(): number {
    return this.#done ? this.#to : this.#at;
  }
  /** Whether all of the text was searched. */
  get done(): boolean {
    return this.#done;
  }

  /** Continues until the budget is used up. */
  run(budget: SearchBudget = {}): SearchResult {
    checkTextOptions("a budget", budget, BUDGET_RULES);
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

  /** The next match, without a budget; undefined where there is none. */
  next(): TextMatch | undefined {
    let match: TextMatch | undefined;
    while (!this.#done && match === undefined) match = this.#step();
    return match;
  }

  *[Symbol.iterator](): Generator<TextMatch, void> {
    for (let match = this.next(); match !== undefined; match = this.next()) yield match;
  }

  /**
   * Looks for a match in one stretch. Undefined where there is none, or where a longer stretch is
   * needed to be sure.
   */
  #step(): TextMatch | undefined {
    this.#read();
    const found = this.#reader.find(this.#stretch, this.#at - this.#stretchStart);
    const last = this.#stretchEnd === this.#text.length;
    // A match that starts before this offset could see everything that it needs.
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
    this.#at = this.#startFrom(to);
    this.#stretchEnd = -1;
  }

  /**
   * The offset, or the next one where it is inside a character and characters are read: a regular
   * expression with `u` that starts inside a pair would find what starts before it.
   */
  #startFrom(offset: number): number {
    if (!this.#wellFormed && !this.#reader.characters) return offset;
    const start = Math.max(0, offset - 1);
    const around = this.#text.slice(start, Math.min(this.#text.length, offset + 1));
    return isInPair(around, offset - start) ? offset + 1 : offset;
  }

  /**
   * Reads the stretch around the position, unless it has been read. No surrogate pair is divided.
   */
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
