// Properties of single UTF-16 units.
import { isHigh, isLow } from "../../utf8.ts";

/** Whether the units before and after a boundary belong together: a `\r\n` or a surrogate pair. */
export function isInside(before: number, after: number): boolean {
  return (before === 13 && after === 10) || (isHigh(before) && isLow(after));
}

/** Whether a unit may be the second half of what is before it … */
export function startsApart(unit: number): boolean {
  return unit === 10 || isLow(unit);
}

/** … or the first half of what comes next. */
export function endsApart(unit: number): boolean {
  return unit === 13 || isHigh(unit);
}

/** Whether a `\n`, `\r\n` or lone `\r` ends with the unit at `at`. */
export function endsBreak(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit <= 13 && (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10));
}

/** Whether a position lies between the halves of a surrogate pair. */
export function isInPair(text: string, at: number): boolean {
  return at > 0 && isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1));
}

/** NaN for the empty text. */
export function lastUnit(text: string): number {
  return text.charCodeAt(text.length - 1);
}

/**
 * The UTF-8 bytes of a unit that is not the second half of a pair. The first half counts three of a
 * pair's four bytes, and a lone surrogate the three of U+FFFD.
 */
export function bytesOfUnit(unit: number): number {
  return unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
}
