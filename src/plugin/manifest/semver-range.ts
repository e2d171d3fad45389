// By their files: the package's index is CommonJS, all of which a bundler keeps.
import valid from "semver/functions/valid.js";
import minVersion from "semver/ranges/min-version.js";
import validRange from "semver/ranges/valid.js";

const maxLength = 128;

const part = String.raw`(?:\d{1,15}|x|\*)`;
const comparator = String.raw`(?:\^|~|>=|<=|>|<|=)?${part}(?:\.${part}){0,2}(?:-[0-9A-Za-z.-]+)?`;
const comparators = `${comparator}(?: (?:- )?${comparator}){0,3}`;
const range: RegExp = new RegExp(String.raw`^${comparators}(?: \|\| ${comparators}){0,7}$`);

/**
 * What is wrong with a range. Ranges have npm's syntax without its oddities (`v1`, an empty string
 * for any version, build metadata), at most 128 characters, and must allow some version. Undefined
 * where nothing is wrong.
 */
export function wrongWithRange(text: string): string | undefined {
  if (text.length > maxLength) return `it is longer than ${maxLength} characters`;
  if (!range.test(text) || validRange(text) === null)
    return "it is not a range of semantic versions";
  return minVersion(text) === null ? "no version satisfies it" : undefined;
}

/** Whether a range allows every version. */
export function isAnyVersion(text: string): boolean {
  return validRange(text) === "*";
}

/**
 * What is wrong with a version: it must be written exactly as in SemVer 2.0.0, without build
 * metadata, which does not count in comparisons. Undefined where nothing is wrong.
 */
export function wrongWithVersion(text: string): string | undefined {
  if (text.length > maxLength) return `it is longer than ${maxLength} characters`;
  return valid(text) === text ? undefined : "it is not a semantic version (such as 1.2.0)";
}
