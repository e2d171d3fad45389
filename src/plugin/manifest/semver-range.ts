import { minVersion, valid, validRange } from "semver";

const maxLength = 128;

const part = String.raw`(?:\d{1,15}|x|\*)`;
const comparator = String.raw`(?:\^|~|>=|<=|>|<|=)?${part}(?:\.${part}){0,2}(?:-[0-9A-Za-z.-]+)?`;
const comparators = `${comparator}(?: (?:- )?${comparator}){0,3}`;
const range: RegExp = new RegExp(String.raw`^${comparators}(?: \|\| ${comparators}){0,7}$`);

/**
 * What is wrong with a range as a manifest may have it: npm's syntax without its oddities (`v1`,
 * an empty string for anything, build metadata), at most 128 characters, and some version is in it.
 */
export function wrongWithRange(text: string): string | undefined {
  if (text.length > maxLength) return `it is longer than ${maxLength} characters`;
  if (!range.test(text) || validRange(text) === null)
    return "it is not a range of semantic versions";
  return minVersion(text) === null ? "no version is in it" : undefined;
}

/** Whether a range lets any version in. */
export function isAnyVersion(text: string): boolean {
  return validRange(text) === "*";
}

/**
 * What is wrong with a version: it must be written exactly as SemVer 2.0.0 has it, without build
 * metadata, which takes no part in ordering.
 */
export function wrongWithVersion(text: string): string | undefined {
  if (text.length > maxLength) return `it is longer than ${maxLength} characters`;
  return valid(text) === text ? undefined : "it is not a semantic version (such as 1.2.0)";
}
