import { TenonError } from "../errors.ts";
import { checkGiven, type Rules } from "../option-rules.ts";

/**
 * `text-range`: an offset, a line, a column or a row is not a whole number within its bounds.
 * `data`: `what`, `value`, `most`.
 */
export function outOfRange(what: string, value: number, most: number): TenonError {
  return new TenonError(
    "text-range",
    most < 0
      ? `${what} ${value} is out of range: there are none`
      : `${what} ${value} is out of range; give a whole number from 0 to ${most}`,
    { data: { what, value, most } },
  );
}

/** Throws `text-range` where `value` is not a whole number from 0 to `most`. */
export function checkIndex(what: string, value: number, most: number): void {
  if (!(value >= 0 && value <= most) || !Number.isInteger(value)) {
    throw outOfRange(what, value, most);
  }
}

/** Throws `text-range` where `[start, end)` is not a range within `length`. */
export function checkRange(start: number, end: number, length: number): void {
  checkIndex("offset", start, length);
  checkIndex("offset", end, length);
  if (start > end) {
    throw new TenonError("text-range", `the range ends at ${end}, before its start ${start}`, {
      data: { what: "range", value: end, most: length },
    });
  }
}

/** Throws `text-range` where the value cannot be the length of a text. */
export function checkLength(length: number): void {
  checkIndex("length", length, Number.MAX_SAFE_INTEGER);
}

/** Throws `text-range` where the value is not a limit: a number from 0, Infinity included. */
export function checkLimit(what: string, value: number): void {
  if (value >= 0) return;
  throw new TenonError("text-range", `${what} ${value} is out of range; give a number from 0`, {
    data: { what, value, most: Number.POSITIVE_INFINITY },
  });
}

/**
 * Throws `usage` for options that do not exist or are of a wrong kind. Whether a number is in range
 * is checked where it is used (`text-range`).
 */
export function checkTextOptions<Options extends object>(
  of: string,
  options: Options,
  rules: Rules<NoInfer<Options>>,
): void {
  checkGiven(of, options, rules, "usage");
}
