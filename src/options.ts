import { TenonError, type TenonErrorCode } from "./errors.ts";
import { nearest } from "./near-names.ts";
import { visibleText } from "./visible-text.ts";

/** The most options that a message lists. */
const MOST_LISTED = 48;

/**
 * Throws for an option that does not exist, so that a misspelt one is not silently ignored. `of`
 * says whose options they are, in the words of the caller's user. Options whose value is undefined
 * count as missing.
 */
export function checkKnown(
  of: string,
  given: object | undefined,
  known: readonly string[],
  code: TenonErrorCode = "usage",
): void {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined || known.includes(name)) continue;
    const near = nearest(name, known);
    const there =
      near.length > 0
        ? `; did you mean ${near.join(" or ")}?`
        : known.length > MOST_LISTED
          ? ""
          : `; there are ${known.join(", ")}`;
    throw new TenonError(code, `${of} has no option ${visibleText(name, { limit: 60 })}${there}`, {
      data: { option: name },
    });
  }
}

/**
 * Checks that a value is a number of milliseconds, `least` or more; `Infinity` means never. Throws
 * `usage`, naming the option, for any other value.
 */
export function checkDuration(name: string, value: unknown, least: 0 | 1): void {
  if (typeof value === "number" && value >= least) return;
  throw wrongOption(name, `milliseconds, ${least} or more; Infinity for no limit`, value);
}

/**
 * Checks that a value is a whole number, `least` or more, or `Infinity`. Throws `usage`, naming the
 * option, for any other value.
 */
export function checkCount(name: string, value: unknown, least: 0 | 1): void {
  if (typeof value === "number" && value >= least) {
    if (Number.isSafeInteger(value) || value === Infinity) return;
  }
  throw wrongOption(name, `a whole number, ${least} or more`, value);
}

/**
 * Whether a value is an object that may have options. A list, a Map or another collection has none
 * of its own, and would say nothing.
 */
export function isOptions(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(Symbol.iterator in value);
}

/** Throws `usage` where options are not an object. */
export function checkOptions(name: string, value: unknown): asserts value is object {
  if (isOptions(value)) return;
  throw wrongOption(name, "an object", value);
}

/**
 * The names of options. A record, so that an option whose name is missing does not compile.
 * `switch`: one that is true or false, which is checked with the names.
 */
export type Known<Options> = {
  readonly [Name in keyof Required<Options>]: Required<Options>[Name] extends boolean
    ? true | "switch"
    : true;
};

/**
 * Checks the options of a call: an object, and none that does not exist. `of`: the call, as its
 * caller writes it.
 */
export function checkCallOptions<Options extends object>(
  of: string,
  options: Options,
  known: Known<NoInfer<Options>>,
): void {
  checkOptions(`the last argument of ${of}`, options);
  checkNames(of, options, known);
}

/** The same for options that are known to be an object. */
export function checkNames<Options extends object>(
  of: string,
  options: Options,
  known: Known<NoInfer<Options>>,
): void {
  // Calls of plugins come through here: no list is made unless something is wrong.
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) return checkKnown(of, options, Object.keys(known));
    const value: unknown = options[name as keyof Options];
    if (known[name as keyof Options] !== "switch" || value === undefined) continue;
    if (typeof value !== "boolean") throw wrongOption(name, "true or false", value);
  }
}

/** Throws `usage` for any value but a text. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw wrongOption(name, "a text", value);
}

/** Throws `usage` for any value but a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw wrongOption(name, "a function", value);
}

type NamedValue = readonly [name: string, value: number];

/**
 * Throws `usage`, naming both, where the first value exceeds the second. `note`: a remark on the
 * second.
 */
export function checkNotOver(
  [name, value]: NamedValue,
  [over, most]: NamedValue,
  note: string = "",
): void {
  if (value <= most) return;
  const message = `${name} (${value}) is over ${over} (${most}${note}): lower the first or raise the second`;
  throw new TenonError("usage", message, { data: { option: name, over } });
}

/**
 * Checks that a value is undefined or an `AbortSignal`, of this realm or another. Throws `usage`
 * for any other value.
 */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const { addEventListener, removeEventListener, aborted } = Object(signal) as Partial<AbortSignal>;
  const fits = typeof addEventListener === "function" && typeof removeEventListener === "function";
  if (!fits || typeof aborted !== "boolean") throw wrongOption("signal", "an AbortSignal", signal);
}

/** Throws `usage` where a value lacks one of these functions. `what`: what the value should be. */
export function checkShape(
  name: string,
  value: unknown,
  functions: readonly string[],
  what: string,
): void {
  const found = Object(value) as Readonly<Record<string, unknown>>;
  if (value && functions.every((one) => typeof found[one] === "function")) return;
  throw wrongOption(name, what, value);
}

/** The error `usage` for a missing option. */
export function lacksOption(of: string, name: string): TenonError {
  return new TenonError("usage", `${of} lacks ${name}`, { data: { option: `${of}.${name}` } });
}

/** The error `usage` for an option with a wrong value. */
export function wrongOption(name: string, what: string, value: unknown): TenonError {
  return new TenonError("usage", `${name} is ${what}; not ${shownValue(value)}`, {
    data: { option: name },
  });
}

/** What a message calls a value: its kind, and a short text or number itself. */
export function shownValue(value: unknown): string {
  if (value === null || typeof value === "number") return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "string") return typeof value === "object" ? kindOf(value) : typeof value;
  return JSON.stringify(visibleText(value, { limit: 40 }));
}

/** `a Map`, `a Set`; "object" for what has no name of the language's own. */
function kindOf(value: object): string {
  try {
    const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
    return name === "Object" ? "object" : `a ${visibleText(name, { limit: 40 })}`;
  } catch {
    return "object";
  }
}
