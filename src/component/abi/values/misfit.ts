// What is wrong with a value of the host's, and the error that tells it.
import { TenonError } from "../../../errors.ts";
import { saidBy } from "../trap.ts";

export interface Misfit {
  /** The path from the value to the wrong part: `.items[3].name`. */
  readonly path: string;
  readonly expected: string;
  readonly value: unknown;
  /** What a getter or proxy of the host threw while the value was looked at. */
  readonly thrown?: { readonly cause: unknown };
}

/** For a value that threw when it was looked at. */
export function unreadable(path: string, cause: unknown): Misfit {
  return { path, expected: "a value that can be read", value: undefined, thrown: { cause } };
}

/** The error that names what is wrong. `what`: `add: argument 0`, `the result`. */
export function misfitError(what: string, misfit: Misfit | undefined): TenonError {
  // The value fits at the second look: it has changed in between.
  const steady: Misfit = { path: "", expected: "a steady value", value: "" };
  const { path, expected, value, thrown } = misfit ?? steady;
  const where = `${what}${path === "" ? "" : " " + path}`;
  const data = { what, path, expected };
  if (thrown === undefined) {
    const message = `${where}: expected ${expected}, got ${shown(value)}`;
    return new TenonError("component-type", message, { data });
  }
  const { cause } = thrown;
  const message = `${where}: can't be read, it threw: ${saidBy(cause)}`;
  return new TenonError("component-type", message, { cause, data });
}

function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}\u2026` : value);
    case "bigint":
      return `${value}n`;
    case "object":
      if (value === null) return "null";
      return arrayOf(value) ?? "an object";
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

/** A proxy may throw when it is looked at; the error then does not describe it. */
function arrayOf(value: object): string | undefined {
  try {
    return Array.isArray(value) ? `an array of ${value.length}` : undefined;
  } catch {
    return undefined;
  }
}
