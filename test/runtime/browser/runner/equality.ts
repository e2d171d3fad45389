// Deep equality as vitest's `toEqual` has it, for what the suites compare.

/** Something that decides by itself what it is equal to. */
export class Matching {
  readonly matches: (value: unknown) => boolean;

  constructor(matches: (value: unknown) => boolean) {
    this.matches = matches;
  }
}

interface EqualityOptions {
  readonly partial?: boolean;
  readonly strict?: boolean;
  // What is being compared around it.
  readonly under?: readonly (readonly [object, object])[];
}

/**
 * `partial`: what `actual` has more than `expected` does not count.
 * `strict`: a key that is undefined differs from one that is not there.
 */
export function equals(
  actual: unknown,
  expected: unknown,
  { partial = false, strict = false, under = [] }: EqualityOptions = {},
): boolean {
  if (expected instanceof Matching) return expected.matches(actual);
  if (Object.is(actual, expected)) return true;
  if (!isObject(actual) || !isObject(expected)) return false;
  // A circle is equal where everything else is.
  if (under.some(([one, other]) => one === actual && other === expected)) return true;
  const options = { partial, strict, under: [...under, [actual, expected] as const] };
  if (!partial && tagOf(actual) !== tagOf(expected)) return false;
  if (actual instanceof Error && expected instanceof Error)
    return actual.message === expected.message;
  if (ArrayBuffer.isView(actual) || Array.isArray(actual)) {
    if (tagOf(actual) !== tagOf(expected)) return false;
    const [one, other] = [actual as ArrayLike<unknown>, expected as ArrayLike<unknown>];
    return (
      one.length === other.length &&
      Array.from(one).every((item, i) => equals(item, other[i], options))
    );
  }
  if (actual instanceof Set && expected instanceof Set) {
    const others = [...expected];
    return (
      actual.size === expected.size &&
      [...actual].every((item) => others.some((one) => equals(item, one, options)))
    );
  }
  if (actual instanceof Map && expected instanceof Map) {
    return (
      actual.size === expected.size &&
      [...actual].every(
        ([key, value]) => expected.has(key) && equals(value, expected.get(key), options),
      )
    );
  }
  const keys = (of: object): string[] =>
    Object.keys(of).filter((key) => strict || (of as Record<string, unknown>)[key] !== undefined);
  const wanted = keys(expected);
  if (!partial && wanted.length !== keys(actual).length) return false;
  return wanted.every(
    (key) =>
      (strict ? Object.hasOwn(actual, key) : true) &&
      equals(
        (actual as Record<string, unknown>)[key],
        (expected as Record<string, unknown>)[key],
        options,
      ),
  );
}

export function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    const text = JSON.stringify(value, (_, item: unknown) =>
      typeof item === "bigint" ? `${item}n` : item instanceof Matching ? "(matching)" : item,
    );
    return text === undefined ? String(value) : text.slice(0, 500);
  } catch {
    return String(value);
  }
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
