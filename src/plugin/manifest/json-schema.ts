import { sameJson } from "../../capability/scope.ts";
import { counted } from "../../visible-text.ts";
import { jsonPointer } from "./manifest-error.ts";
import type { JsonType, JsonSchema } from "./json-schema-form.ts";

export interface Violation {
  /** A JSON Pointer into the value. */
  readonly path: string;
  readonly message: string;
}

const maxViolations = 20;

/**
 * Steps that checking a value may take: a fixed number, and more for each byte of its JSON text. A
 * step takes about 0.1 to 0.5 µs, several times that on a busy machine: less than 50 ms for a value
 * of 64 KiB.
 */
const STEPS = 10_000;
const STEPS_A_BYTE = 1;

/**
 * What is wrong with a value, at most 20 things; empty where the schema accepts it. The schema must
 * have been checked by json-schema-form.ts.
 *
 * A schema may make a value expensive to check (15,000 choices for each of 15,000 items). So the
 * work is bounded by `bytes`, the size of the value as JSON text; a value that would take more is
 * refused with a violation.
 */
export function schemaViolations(
  schema: JsonSchema,
  value: unknown,
  bytes: number,
): readonly Violation[] {
  const found: Violation[] = [];
  const work = new Work(STEPS + STEPS_A_BYTE * bytes);
  check(schema, value, [], found, work);
  if (!work.isOver) return found;
  return [{ path: "", message: "its schema makes it too expensive to check" }];
}

/** The size of a value as JSON text; 0 for a value that has none. */
export function jsonBytes(value: unknown): number {
  return (JSON.stringify(value) as string | undefined)?.length ?? 0;
}

class Work {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Returns false where the budget is used up. */
  take(steps: number): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }

  get isOver(): boolean {
    return this.#left < 0;
  }
}

/** Comparing two objects walks both, at most as far as the smaller one. */
function isSame(choice: unknown, value: unknown, work: Work): boolean {
  const walks = typeof choice === "object" && choice !== null && typeof value === "object";
  return work.take(walks ? 20 : 1) && sameJson(choice, value);
}

type Path = readonly PropertyKey[];

function check(
  schema: JsonSchema,
  value: unknown,
  path: Path,
  found: Violation[],
  work: Work,
): void {
  if (!work.take(1)) return;
  const report = (message: string): void => {
    if (found.length < maxViolations) found.push({ path: jsonPointer(path), message });
  };
  const { type, enum: choices, const: constant, anyOf } = schema;
  if (type !== undefined) {
    const types = typeof type === "string" ? [type] : type;
    if (!types.some((one) => hasType(value, one))) {
      // Any other violation would follow from this one.
      report(`it should be of type ${types.join(" or ")}`);
      return;
    }
  }
  if (choices && !choices.some((choice) => isSame(choice, value, work))) {
    report(`it should be one of ${listed(choices)}`);
  }
  if ("const" in schema && !isSame(constant, value, work)) {
    report(`it should be ${listed([constant])}`);
  }
  if (anyOf && !anyOf.some((one) => isAccepted(one, value, work))) {
    report("it matches none of the alternatives");
  }
  if (work.isOver) return;
  if (typeof value === "number") checkNumber(schema, value, report);
  else if (typeof value === "string") checkString(schema, value, report);
  else if (Array.isArray(value)) checkArray(schema, value, path, found, report, work);
  else if (typeof value === "object" && value !== null) {
    checkObject(schema, value, path, found, report, work);
  }
}

function isAccepted(schema: JsonSchema, value: unknown, work: Work): boolean {
  const found: Violation[] = [];
  check(schema, value, [], found, work);
  return found.length === 0;
}

/** The first few items of a list that may be long. */
function listed(choices: readonly unknown[]): string {
  const shown = choices.slice(0, 8).map((choice) => (JSON.stringify(choice) ?? "").slice(0, 80));
  return (
    shown.join(", ") + (choices.length > 8 ? `, or ${counted(choices.length - 8, "others")}` : "")
  );
}

type Report = (message: string) => void;

function checkNumber(schema: JsonSchema, value: number, report: Report): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && value < minimum) report(`it should be at least ${minimum}`);
  if (maximum !== undefined && value > maximum) report(`it should be at most ${maximum}`);
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    report(`it should be more than ${exclusiveMinimum}`);
  }
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
    report(`it should be less than ${exclusiveMaximum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    report(`it should be a multiple of ${multipleOf}`);
  }
}

function checkString(schema: JsonSchema, value: string, report: Report): void {
  const { minLength, maxLength } = schema;
  if (minLength === undefined && maxLength === undefined) return;
  let length = 0;
  // JSON Schema counts characters, not UTF-16 units.
  for (const _ of value) length += 1;
  checkCount("character", length, minLength, maxLength, report);
}

function checkArray(
  schema: JsonSchema,
  value: readonly unknown[],
  path: Path,
  found: Violation[],
  report: Report,
  work: Work,
): void {
  checkCount("item", value.length, schema.minItems, schema.maxItems, report);
  const { items } = schema;
  if (items === undefined) return;
  for (const [index, item] of value.entries()) {
    if (found.length === maxViolations || work.isOver) return;
    check(items, item, [...path, index], found, work);
  }
}

function checkObject(
  schema: JsonSchema,
  value: object,
  path: Path,
  found: Violation[],
  report: Report,
  work: Work,
): void {
  const keys = Object.keys(value);
  checkCount("property", keys.length, schema.minProperties, schema.maxProperties, report);
  for (const key of schema.required ?? []) {
    if (!work.take(1)) return;
    if (!Object.hasOwn(value, key)) report(`the property "${key}" is missing`);
  }
  const properties = schema.properties ?? {};
  const others = schema.additionalProperties ?? true;
  for (const key of keys) {
    if (found.length === maxViolations || work.isOver) return;
    const inner = Object.hasOwn(properties, key) ? properties[key]! : others;
    const at = [...path, key];
    if (inner === false)
      found.push({ path: jsonPointer(at), message: "this property is not allowed" });
    else if (inner !== true) check(inner, Reflect.get(value, key), at, found, work);
  }
}

function checkCount(
  what: string,
  count: number,
  least: number | undefined,
  most: number | undefined,
  report: Report,
): void {
  const plural = what === "property" ? "properties" : `${what}s`;
  const named = (number: number): string => `${number} ${number === 1 ? what : plural}`;
  if (least !== undefined && count < least) report(`it should have at least ${named(least)}`);
  if (most !== undefined && count > most) report(`it should have at most ${named(most)}`);
}

function hasType(value: unknown, type: JsonType): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
