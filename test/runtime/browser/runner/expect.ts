import { equals, Matching, shown } from "./equality.ts";

// `expect` as vitest has it, as far as the suites that run in a page use it.

type Check = (actual: unknown, ...expected: never[]) => boolean;
type Thrown = RegExp | string | object | undefined;

const checks: Record<string, Check> = {
  toBe: (actual, expected: unknown) => Object.is(actual, expected),
  toEqual: (actual, expected: unknown) => equals(actual, expected),
  toStrictEqual: (actual, expected: unknown) => equals(actual, expected, { strict: true }),
  toMatchObject: (actual, expected: unknown) => equals(actual, expected, { partial: true }),
  toBeUndefined: (actual) => actual === undefined,
  toBeDefined: (actual) => actual !== undefined,
  toBeNull: (actual) => actual === null,
  toBeTruthy: (actual) => Boolean(actual),
  toBeFalsy: (actual) => !actual,
  toBeNaN: (actual) => Number.isNaN(actual),
  toBeGreaterThan: (actual, than: number) => (actual as number) > than,
  toBeGreaterThanOrEqual: (actual, than: number) => (actual as number) >= than,
  toBeLessThan: (actual, than: number) => (actual as number) < than,
  toBeLessThanOrEqual: (actual, than: number) => (actual as number) <= than,
  toBeCloseTo: (actual, to: number) => Math.abs((actual as number) - to) < 0.005,
  toBeInstanceOf: (actual, type: new () => unknown) => actual instanceof type,
  toBeTypeOf: (actual, type: string) => typeof actual === type,
  toHaveLength: (actual, length: number) => (actual as { length: number }).length === length,
  toHaveProperty: (actual, key: string) => key in (actual as object),
  toContain: (actual, item: unknown) =>
    typeof actual === "string"
      ? actual.includes(item as string)
      : [...(actual as Iterable<unknown>)].includes(item),
  toContainEqual: (actual, item: unknown) =>
    [...(actual as Iterable<unknown>)].some((one) => equals(one, item)),
  toMatch: (actual, pattern: RegExp | string) =>
    typeof pattern === "string"
      ? (actual as string).includes(pattern)
      : pattern.test(actual as string),
};

interface Matchers {
  [matcher: string]: (...expected: unknown[]) => unknown;
}
export function expect(
  actual: unknown,
  message = "",
): Matchers & Record<"not" | "rejects" | "resolves", Matchers> {
  return {
    ...matchers(actual, true, message),
    not: matchers(actual, false, message),
    rejects: later(async () => {
      try {
        await (typeof actual === "function" ? (actual as () => unknown)() : actual);
      } catch (error) {
        return error;
      }
      throw new Error(`${message} expected a rejection`);
    }, message),
    resolves: later(async () => actual, message),
  } as never;
}

expect.objectContaining = (expected: object): Matching =>
  new Matching((value) => equals(value, expected, { partial: true }));
expect.arrayContaining = (expected: readonly unknown[]): Matching =>
  new Matching(
    (value) =>
      Array.isArray(value) && expected.every((item) => value.some((one) => equals(one, item))),
  );
expect.stringContaining = (text: string): Matching =>
  new Matching((value) => typeof value === "string" && value.includes(text));
expect.stringMatching = (pattern: RegExp): Matching =>
  new Matching((value) => typeof value === "string" && pattern.test(value));
expect.any = (type: { name: string }): Matching =>
  new Matching(
    (value) => Object(value).constructor === type || typeof value === type.name.toLowerCase(),
  );
expect.anything = (): Matching => new Matching((value) => value !== undefined && value !== null);
expect.fail = (message: string): never => {
  throw new Error(message);
};

function matchers(actual: unknown, wanted: boolean, message: string): Matchers {
  const made: Matchers = {};
  const verdict = (name: string, holds: boolean, expected: unknown[], got: unknown): void => {
    if (holds === wanted) return;
    const not = wanted ? "" : "not.";
    throw new Error(
      `${message} ${not}${name}(${expected.map(shown).join(", ")}), got ${shown(got)}`,
    );
  };
  for (const [name, check] of Object.entries(checks)) {
    made[name] = (...expected) =>
      verdict(name, check(actual, ...(expected as never[])), expected, actual);
  }
  made["toThrow"] = made["toThrowError"] = (expected) => {
    let thrown: { readonly error: unknown } | undefined;
    try {
      (actual as () => unknown)();
    } catch (error) {
      thrown = { error };
    }
    const holds = thrown !== undefined && throws(thrown.error, expected as Thrown);
    verdict("toThrow", holds, [expected], thrown?.error);
  };
  return made;
}

function later(settle: () => Promise<unknown>, message: string): Matchers {
  const made: Matchers = {};
  for (const name of Object.keys(checks)) {
    made[name] = async (...expected) =>
      matchers(await settle(), true, message)[name]?.(...expected);
  }
  made["toThrow"] = made["toThrowError"] = async (expected) => {
    const error = await settle();
    if (!throws(error, expected as Thrown)) {
      throw new Error(`${message} rejects.toThrow(${shown(expected)}), got ${shown(error)}`);
    }
  };
  return made;
}

function throws(error: unknown, expected: Thrown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  if (expected === undefined) return true;
  if (typeof expected === "string") return text.includes(expected);
  if (expected instanceof RegExp) return expected.test(text);
  if (typeof expected === "function") return error instanceof (expected as new () => unknown);
  if (expected instanceof Matching) return expected.matches(error);
  return expected instanceof Error
    ? text === expected.message
    : equals(error, expected, { partial: true });
}
