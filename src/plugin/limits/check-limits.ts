import { TenonError } from "../../errors.ts";
import { checkCount, checkDuration, checkKnown } from "../../options.ts";

/** What may be 0: nothing of it is allowed, or nothing is waited for. */
const FROM_NOTHING: ReadonlySet<string> = new Set([
  "graceMs",
  "hostCallsPerSecond",
  "logBytesPerSecond",
  "storedBytes",
  "documents",
  "requests",
  "waitingCalls",
  "entries",
  "bytes",
]);

const NOT_NUMBERS: ReadonlySet<string> = new Set(["caps", "features"]);

/**
 * Throws `usage`, by name, for limits that there are not and for values that a limit can't have. `shape`: one
 * that is whole.
 */
export function checkLimits(of: string, given: object, shape: object): void {
  checkKnown(of, given, Object.keys(shape));
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || NOT_NUMBERS.has(name)) continue;
    const path = `${of}.${name}`;
    const expected = (shape as Readonly<Record<string, unknown>>)[name];
    if (name === "policies") checkPolicies(path, value as object, expected as object);
    else if (typeof expected === "object") checkParts(path, value, expected!);
    else checkNumber(path, name, value);
  }
}

function checkParts(path: string, value: unknown, expected: object): void {
  if (typeof value !== "object" || value === null) {
    throw new TenonError("usage", `${path} is an object of ${Object.keys(expected).join(", ")}`);
  }
  checkLimits(path, value, expected);
  for (const name of Object.keys(expected)) {
    if ((value as Readonly<Record<string, unknown>>)[name] !== undefined) continue;
    throw new TenonError("usage", `${path} lacks ${name}`, { data: { option: `${path}.${name}` } });
  }
}

function checkNumber(path: string, name: string, value: unknown): void {
  const least = FROM_NOTHING.has(name) ? 0 : 1;
  if (/Ms$|^ms$/u.test(name)) checkDuration(path, value, least);
  else checkCount(path, value, least);
}

function checkPolicies(path: string, given: object, shape: object): void {
  checkKnown(path, given, Object.keys(shape));
  for (const [name, value] of Object.entries(given)) {
    const choices = CHOICES.find(([limits]) => limits.includes(name))?.[1] ?? [];
    if (value === undefined || choices.includes(value as string)) continue;
    const message = `${path}.${name} is one of ${choices.join(", ")}; not ${String(value)}`;
    throw new TenonError("usage", message, { data: { option: `${path}.${name}` } });
  }
}

/** By limit, as LimitPolicies types them. */
const CHOICES: readonly (readonly [limits: readonly string[], choices: readonly string[]])[] = [
  [
    ["cpu", "hostMs", "hostCalls"],
    ["refuse", "throttle", "stop", "disable"],
  ],
  [
    ["instances", "logBytes", "storedBytes", "documents", "requests"],
    ["refuse", "disable"],
  ],
  [
    [
      "memory",
      "totalMemory",
      "tableElements",
      "handles",
      "liftedBytes",
      "liftedElements",
      "deadline",
    ],
    ["stop", "disable"],
  ],
];
