import { TenonError, type TenonErrorCode } from "./errors.ts";
import { checkKnown, isOptions, shownValue } from "./options.ts";

/** What an option may be. */
export interface Rule {
  /** As a message says it: "NAME is WHAT". */
  readonly what: string;
  fits(value: unknown): boolean;
  /** Whether it must be given. Default: false. */
  readonly isNeeded?: boolean;
}

/** One rule for each option, so that none can be added without one. */
export type Rules<Options> = { readonly [Name in keyof Required<Options>]: Rule };

const isNumber = (value: unknown, least: number): boolean =>
  typeof value === "number" && value >= least;

/** Milliseconds, 0 or more; Infinity means never. */
export const duration: Rule = {
  what: "milliseconds, 0 or more; Infinity for no limit",
  fits: (value) => isNumber(value, 0),
};

/** Milliseconds between one time and the next, 1 or more; Infinity means never. */
export const period: Rule = {
  what: "milliseconds, 1 or more; Infinity for never",
  fits: (value) => isNumber(value, 1),
};

/** A limit: a whole number, `least` or more, or Infinity. */
export function limit(least: 0 | 1): Rule {
  return {
    what: `a whole number, ${least} or more, or Infinity`,
    fits: (value) =>
      value === Infinity || (Number.isSafeInteger(value) && (value as number) >= least),
  };
}

/** A whole number from `least` to `most`. `named`: the range in words, where numbers say less. */
export function whole(least: number, most: number, named = `${least} to ${most}`): Rule {
  return {
    what: `a whole number, ${named}`,
    fits: (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** Any number. Whoever uses the option checks its range. */
export const number: Rule = { what: "a number", fits: (value) => typeof value === "number" };

export const part: Rule = {
  what: "a number from 0 to 1",
  fits: (value) => isNumber(value, 0) && (value as number) <= 1,
};

export const flag: Rule = {
  what: "true or false",
  fits: (value) => typeof value === "boolean",
};

export const text: Rule = { what: "a text", fits: (value) => typeof value === "string" };

export const texts: Rule = {
  what: "an array of texts",
  fits: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
};

export const callable: Rule = {
  what: "a function",
  fits: (value) => typeof value === "function",
};

export const anObject: Rule = {
  what: "an object",
  fits: isOptions,
};

/** One of a few texts. */
export function oneOf(...texts: readonly string[]): Rule {
  return {
    what: texts.map((one) => JSON.stringify(one)).join(" or "),
    fits: (value) => typeof value === "string" && texts.includes(value),
  };
}

/** An object, or an instance of a class, that has these functions. */
export function having(...names: readonly string[]): Rule {
  return {
    what: `an object with ${names.join(" and ")}`,
    fits: (value) => {
      const found = Object(value) as Readonly<Record<string, unknown>>;
      return Boolean(value) && names.every((name) => typeof found[name] === "function");
    },
  };
}

/** The same rule for an option that must be given. */
export function needed(rule: Rule): Rule {
  return { ...rule, isNeeded: true };
}

/**
 * Checks the options of one call. Throws `code` if they are no object, or if an option does not
 * exist, is needed and missing, or breaks its rule; the message names the option. An option whose
 * value is undefined counts as missing. `of`: what the options belong to, as it is written in code.
 */
export function checkGiven<Options extends object>(
  of: string,
  options: Options,
  rules: Rules<NoInfer<Options>>,
  code: TenonErrorCode,
): void {
  if (!anObject.fits(options)) {
    throw new TenonError(code, `the options of ${of} are an object; not ${shownValue(options)}`);
  }
  checkKnown(of, options, Object.keys(rules), code);
  for (const [name, rule] of Object.entries<Rule>(rules)) {
    const value: unknown = options[name as keyof Options];
    if (value === undefined ? rule.isNeeded !== true : rule.fits(value)) continue;
    throw new TenonError(code, `${of}: ${name} is ${rule.what}; not ${shownValue(value)}`, {
      data: { option: name },
    });
  }
}

/** The same for one value that is no option, such as the size in `acquire(size)`. */
export function checkValue(what: string, value: unknown, rule: Rule, code: TenonErrorCode): void {
  if (rule.fits(value)) return;
  throw new TenonError(code, `${what} is ${rule.what}; not ${shownValue(value)}`, {
    data: { option: what },
  });
}
