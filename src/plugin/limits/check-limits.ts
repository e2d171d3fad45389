import { LIMIT_OPTIONS, LIMIT_ROWS, optionOf } from "../../catalogues/limit-options.ts";
import type { LimitName } from "../../catalogues/limit-options.ts";
import type { LimitRow } from "../../catalogues/limit-row.ts";
import {
  checkCount,
  checkDuration,
  checkKnown,
  checkNotOver,
  isOptions,
  lacksOption,
  wrongOption,
} from "../../options.ts";

/** The host's options for limits that are not in the catalogue; `rulesOf` checks the first two. */
const BESIDE = ["caps", "features", "policies"] as const;

/** Each once: several limits may be reported, and have a policy, under one name. */
const LIMIT_NAMES = [
  ...new Set(
    Object.values(LIMIT_ROWS).flatMap(({ passed }) => (passed === undefined ? [] : [passed.limit])),
  ),
];

type Values = Readonly<Record<string, unknown>>;

/**
 * Throws `usage`, naming the limit, for a limit that does not exist or a value that it can't have.
 */
export function checkLimits(of: string, given: object): void {
  checkKnown(of, given, [...LIMIT_OPTIONS, ...BESIDE]);
  const values = given as Values;
  for (const option of LIMIT_OPTIONS) {
    if (values[option] === undefined) continue;
    checkValue(`${of}.${option}`, LIMIT_ROWS[option], values[option]);
  }
  const { features } = values as { readonly features?: unknown };
  if (features !== undefined && !Array.isArray(features)) {
    throw wrongOption(`${of}.features`, "an array of names", features);
  }
  if (values["policies"] !== undefined) checkPolicies(`${of}.policies`, values["policies"]);
}

/**
 * Throws `usage`, naming both limits, where a limit that was given exceeds another that bounds it.
 * `whole`: all limits, defaults included.
 */
export function checkOrder(of: string, given: object, whole: object): void {
  for (const option of LIMIT_OPTIONS) {
    const value = (given as Values)[option];
    if (value === undefined) continue;
    const { atMost, ordered } = LIMIT_ROWS[option];
    if (atMost !== undefined) {
      const most = (whole as Values)[atMost] as number;
      const source = (given as Values)[atMost] === undefined ? ", which is not given" : "";
      checkNotOver([`${of}.${option}`, value as number], [`${of}.${atMost}`, most], source);
    }
    if (ordered !== undefined) {
      const [lower, upper] = ordered.map((part) => {
        return [`${of}.${option}.${part}`, (value as Values)[part] as number] as const;
      });
      checkNotOver(lower!, upper!);
    }
  }
}

function checkValue(path: string, row: LimitRow, value: unknown): void {
  const { default: whole } = row;
  const from = row.from ?? 1;
  if (typeof whole === "number") return checkNumber(path, value, from);
  const parts = Object.keys(whole);
  if (!isOptions(value)) {
    throw wrongOption(path, `an object of ${parts.join(", ")}`, value);
  }
  checkKnown(path, value, parts);
  for (const part of parts) {
    const found = (value as Values)[part];
    const option = `${path}.${part}`;
    if (found === undefined) throw lacksOption(path, part);
    checkNumber(option, found, from);
  }
}

function checkNumber(path: string, value: unknown, least: 0 | 1): void {
  if (/Ms$|\.ms$/u.test(path)) checkDuration(path, value, least);
  else checkCount(path, value, least);
}

function checkPolicies(path: string, given: unknown): void {
  if (!isOptions(given)) {
    throw wrongOption(path, `an object of ${LIMIT_NAMES.join(", ")}`, given);
  }
  checkKnown(path, given, LIMIT_NAMES);
  for (const [name, value] of Object.entries(given)) {
    const choices: readonly string[] = LIMIT_ROWS[optionOf(name as LimitName)].passed!.policies;
    if (value === undefined || choices.includes(value as string)) continue;
    throw wrongOption(`${path}.${name}`, `one of ${choices.join(", ")}`, value);
  }
}
