import { visibleText } from "../visible-text.ts";

/** What a schema found wrong, as zod tells it: `code` says what, and the other keys depend on it. */
export interface SchemaIssue {
  /** The kind of issue, such as `invalid_type`. */
  readonly code?: string | undefined;
  /** The value that the schema found it in. Undefined: it is missing. */
  readonly input?: unknown;
  /** What else the kind of issue tells: `expected`, `minimum`, `keys` and so on. */
  readonly [key: string]: unknown;
}

/** Keys or values that a message lists. */
const MOST_LISTED = 32;

const UNITS: Readonly<Record<string, string>> = { string: "character", array: "item" };
const TYPES: Readonly<Record<string, string>> = {
  array: "an array",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
};

/**
 * What is wrong, in a sentence for the author of a manifest or a policy. Handed to each `safeParse`,
 * so that no host carries zod's texts, in whatever language. Undefined: the schema's own text stands.
 */
export function schemaIssueText(issue: SchemaIssue): string | undefined {
  const { code, input, expected, values, keys, inst } = issue;
  switch (code) {
    case "invalid_type":
      return input === undefined
        ? `it is missing; it should be ${typed(expected)}`
        : `it should be ${typed(expected)}, and is ${received(input)}`;
    case "invalid_value":
      return `it should be ${oneOf(values)}`;
    case "too_small":
      return amount("least", issue["minimum"], issue);
    case "too_big":
      return amount("most", issue["maximum"], issue);
    case "not_multiple_of":
      return `it should be a multiple of ${String(issue["divisor"])}`;
    case "invalid_format":
      return `it should match ${String(issue["pattern"] ?? issue["format"])}`;
    case "unrecognized_keys":
      return `there is no key ${listed(keys)} here${knownKeys(inst)}`;
    case "invalid_union":
      return "it has none of the forms that it may have";
    default:
      return undefined;
  }
}

function typed(expected: unknown): string {
  return TYPES[String(expected)] ?? `of type ${String(expected)}`;
}

function received(input: unknown): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return TYPES["array"]!;
  if (typeof input === "number") return String(input);
  return TYPES[typeof input] ?? typeof input;
}

function amount(which: "least" | "most", limit: unknown, issue: SchemaIssue): string {
  const than = issue["inclusive"] === false ? { least: "more than", most: "less than" } : undefined;
  const unit = UNITS[String(issue["origin"])];
  const how = than?.[which] ?? `at ${which}`;
  if (unit === undefined) return `it should be ${how} ${String(limit)}`;
  return `it should have ${how} ${String(limit)} ${unit}${Number(limit) === 1 ? "" : "s"}`;
}

function oneOf(values: unknown): string {
  return Array.isArray(values) && values.length > 1 ? `one of ${listed(values)}` : listed(values);
}

function listed(values: unknown): string {
  if (!Array.isArray(values)) return String(values);
  const shown = values.slice(0, MOST_LISTED).map((value) => {
    const text = typeof value === "string" ? `"${value}"` : String(value);
    return visibleText(text, { limit: 80 });
  });
  return shown.join(", ") + (values.length > MOST_LISTED ? ", …" : "");
}

/** The keys that the schema of an object names. */
function knownKeys(inst: unknown): string {
  const { _zod } = Object(inst) as { _zod?: { def?: { shape?: object } } };
  const known = Object.keys(_zod?.def?.shape ?? {});
  return known.length === 0 ? "" : `; there are ${known.slice(0, MOST_LISTED).join(", ")}`;
}
