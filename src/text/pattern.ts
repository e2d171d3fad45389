/** How a pattern is compared with the text. */
export interface PatternOptions {
  /**
   * For a string: whether upper and lower case count as the same. A regular expression has a flag
   * for it. Default: false.
   */
  readonly ignoreCase?: boolean;
  /**
   * For a string: whether a match must have no letter, digit or `_` directly before or after it.
   * Default: false.
   */
  readonly wholeWord?: boolean;
}

export interface Found {
  readonly index: number;
  readonly length: number;
  readonly captures: readonly (string | undefined)[];
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** Looks for a pattern in stretches of a text. */
export interface PatternReader {
  /** How many units it must see from the start of a match on, where that is known. */
  readonly reach: number | undefined;
  /** Whether it reads characters, and never a half of a surrogate pair. */
  readonly characters: boolean;
  find(stretch: string, from: number): Found | undefined;
  /** How much of a reach it may use to look past the end of a match. */
  ahead(reach: number): number;
  /** How many units to go on after an empty match. */
  advance(stretch: string, at: number): number;
}

/**
 * Up to this length, a needle is found with the engine's own search, whose worst case is needle ×
 * text; a longer one in time linear in both.
 */
const shortNeedle = 32;

/** The most units that a search for a longer needle compares for each unit of the text. */
const compared = 4;

const nothing: readonly never[] = [];
const nobody: Readonly<Record<string, never>> = {};

export function readerOf(pattern: string | RegExp, options: PatternOptions): PatternReader {
  if (typeof pattern !== "string") return new RegExpReader(pattern, undefined);
  const { ignoreCase = false, wholeWord = false } = options;
  if (!ignoreCase && !wholeWord) {
    return pattern.length <= shortNeedle ? new LiteralReader(pattern) : new LongReader(pattern);
  }
  const escaped = pattern.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const source = wholeWord ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped;
  return new RegExpReader(new RegExp(source, ignoreCase ? "iu" : "u"), 2 * pattern.length + 2);
}

class LiteralReader implements PatternReader {
  readonly characters: boolean = false;
  protected readonly needle: string;

  constructor(needle: string) {
    this.needle = needle;
  }

  get reach(): number {
    return this.needle.length;
  }

  find(stretch: string, from: number): Found | undefined {
    const index = this.indexIn(stretch, from);
    if (index < 0) return undefined;
    return { index, length: this.needle.length, captures: nothing, groups: nobody };
  }

  protected indexIn(stretch: string, from: number): number {
    return stretch.indexOf(this.needle, from);
  }

  ahead(): number {
    return 0;
  }

  advance(): number {
    return 1;
  }
}

/**
 * Finds a part of the needle with the engine's own search, and compares the rest there. A stretch
 * in which that takes too many comparisons is searched unit by unit.
 */
class LongReader extends LiteralReader {
  readonly #fallback: Int32Array;
  /** A part of the needle, and where in it that is. */
  readonly #probe: string;
  readonly #place: number;

  constructor(needle: string) {
    super(needle);
    this.#fallback = borders(needle);
    const end = Math.max(shortNeedle, lastBreak(this.#fallback));
    this.#place = end - shortNeedle;
    this.#probe = needle.slice(this.#place, end);
  }

  protected override indexIn(stretch: string, from: number): number {
    const last = stretch.length - this.needle.length;
    let left = compared * (stretch.length - from);
    for (let at = from; ; at++) {
      at = stretch.indexOf(this.#probe, at + this.#place) - this.#place;
      if (at < from || at > last) return -1;
      const units = this.#alike(stretch, at);
      if (units === this.needle.length) return at;
      left -= 2 * units + shortNeedle;
      if (left < 0) return this.#byUnits(stretch, at + 1);
    }
  }

  /**
   * Roughly how many units match there. The engine does not tell, so it is asked for twice as many
   * each time.
   */
  #alike(stretch: string, at: number): number {
    const { needle } = this;
    for (let units = shortNeedle; units < needle.length; units *= 2) {
      if (!stretch.startsWith(needle.slice(0, units), at)) return units / 2;
    }
    return stretch.startsWith(needle, at) ? needle.length : needle.length - 1;
  }

  /** Knuth, Morris and Pratt: no unit of a stretch is looked at more than twice. */
  #byUnits(stretch: string, from: number): number {
    const { needle } = this;
    const fallback = this.#fallback;
    let matched = 0;
    for (let i = from; i < stretch.length; i++) {
      const unit = stretch.charCodeAt(i);
      while (matched > 0 && needle.charCodeAt(matched) !== unit) matched = fallback[matched]!;
      if (needle.charCodeAt(matched) === unit) matched++;
      if (matched === needle.length) return i + 1 - needle.length;
    }
    return -1;
  }
}

/** For each length of a prefix of the needle, the longest shorter prefix that it ends with. */
function borders(needle: string): Int32Array {
  const fallback = new Int32Array(needle.length + 1);
  let border = 0;
  for (let i = 1; i < needle.length; i++) {
    const unit = needle.charCodeAt(i);
    while (border > 0 && needle.charCodeAt(border) !== unit) border = fallback[border]!;
    if (needle.charCodeAt(border) === unit) border++;
    fallback[i + 1] = border;
  }
  return fallback;
}

/**
 * The length of the shortest beginning of the needle that has the needle's own period. Its last
 * unit ends every shorter period: a text that only repeats some beginning of the needle does not
 * contain it, so a probe of this length is not found everywhere there.
 */
function lastBreak(fallback: Int32Array): number {
  let end = fallback.length - 1;
  const periodOf = (length: number): number => length - fallback[length]!;
  const period = periodOf(end);
  while (end > 1 && periodOf(end - 1) === period) end--;
  return end;
}

class RegExpReader implements PatternReader {
  readonly reach: number | undefined;
  readonly characters: boolean;
  readonly #expression: RegExp;

  constructor(pattern: RegExp, reach: number | undefined) {
    const flags = pattern.flags.replaceAll(/[dgy]/g, "");
    this.#expression = new RegExp(pattern.source, `${flags}g`);
    this.characters = this.#expression.unicode || this.#expression.unicodeSets;
    this.reach = reach;
  }

  find(stretch: string, from: number): Found | undefined {
    this.#expression.lastIndex = from;
    const match = this.#expression.exec(stretch);
    if (match === null) return undefined;
    const [whole, ...captures] = match;
    return { index: match.index, length: whole.length, captures, groups: { ...match.groups } };
  }

  ahead(reach: number): number {
    return Math.min(reach, 1024);
  }

  advance(stretch: string, at: number): number {
    if (!this.characters) return 1;
    return (stretch.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
}
