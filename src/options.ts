import { TenonError, type TenonErrorCode } from "./errors.ts";
import { visibleText } from "./visible-text.ts";

/**
 * Throws where an option is none that is known: what is misspelt must not pass for a default. `of` is what they are
 * options of, as its user writes it. Options of the value undefined count for nothing.
 */
export function checkKnown(
  of: string,
  given: object | undefined,
  known: readonly string[],
  code: TenonErrorCode = "usage",
): void {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined || known.includes(name)) continue;
    const there = known.length > 24 ? "" : `; there are ${known.join(", ")}`;
    throw new TenonError(code, `${of} has no option ${visibleText(name, { limit: 60 })}${there}`, {
      data: { option: name },
    });
  }
}

/** Milliseconds from `least` on; `Infinity` is never. Throws `usage` for everything else, by its name. */
export function checkDuration(name: string, value: unknown, least: 0 | 1): void {
  if (typeof value === "number" && value >= least) return;
  throw wrongOption(
    name,
    `milliseconds, ${least} or more; Infinity where there is to be no end`,
    value,
  );
}

/** A whole number from `least` on, or `Infinity`. Throws `usage` for everything else, by its name. */
export function checkCount(name: string, value: unknown, least: 0 | 1): void {
  if (typeof value === "number" && value >= least) {
    if (Number.isSafeInteger(value) || value === Infinity) return;
  }
  throw wrongOption(name, `a whole number, ${least} or more`, value);
}

/** Throws `usage` where options are no object. */
export function checkOptions(name: string, value: unknown): asserts value is object {
  if (typeof value !== "object" || value === null) throw wrongOption(name, "an object", value);
}

type NamedValue = readonly [name: string, value: number];

/** Throws `usage`, by both names, where the first is over the second. `note`: what to say of the second. */
export function checkNotOver(
  [name, value]: NamedValue,
  [over, most]: NamedValue,
  note: string = "",
): void {
  if (value <= most) return;
  const message = `${name} (${value}) is over ${over} (${most}${note}): lower the first or raise the second`;
  throw new TenonError("usage", message, { data: { option: name, over } });
}

/** An `AbortSignal`, of this realm or another, or undefined. Throws `usage` for everything else. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const { addEventListener, removeEventListener, aborted } = Object(signal) as Partial<AbortSignal>;
  const fits = typeof addEventListener === "function" && typeof removeEventListener === "function";
  if (!fits || typeof aborted !== "boolean") throw wrongOption("signal", "an AbortSignal", signal);
}

/** Throws `usage` where a value lacks one of these functions. `what`: what it is to be. */
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

/** `usage`: options lack one. */
export function lacksOption(of: string, name: string): TenonError {
  return new TenonError("usage", `${of} lacks ${name}`, { data: { option: `${of}.${name}` } });
}

/** `usage`: an option is not what it should be. */
export function wrongOption(name: string, what: string, value: unknown): TenonError {
  return new TenonError("usage", `${name} is ${what}; not ${shownValue(value)}`, {
    data: { option: name },
  });
}

function shownValue(value: unknown): string {
  if (value === null || typeof value === "number") return String(value);
  if (typeof value !== "string") return typeof value;
  return JSON.stringify(visibleText(value, { limit: 40 }));
}
