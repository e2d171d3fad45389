import { sameJson } from "../capability/scope.ts";
import { jsonPointer } from "./json-pointer.ts";
import type { JsonType, JsonSchema } from "./json-schema-form.ts";

export interface Violation {
  /// A JSON Pointer into the value.
  readonly path: string;
  readonly message: string;
}

const maxViolations = 20;

/// What is wrong with a value, at most 20 things; nothing where the schema accepts it. The schema
/// must have the form that json-schema-form.ts gives it.
export function schemaViolations(schema: JsonSchema, value: unknown): readonly Violation[] {
  const found: Violation[] = [];
  check(schema, value, [], found);
  return found;
}

type Path = readonly PropertyKey[];

function check(schema: JsonSchema, value: unknown, path: Path, found: Violation[]): void {
  const report = (message: string): void => {
    if (found.length < maxViolations) found.push({ path: jsonPointer(path), message });
  };
  const { type, enum: choices, const: constant, anyOf } = schema;
  if (type !== undefined) {
    const types = typeof type === "string" ? [type] : type;
    if (!types.some((one) => hasType(value, one))) {
      // Whatever else is wrong follows from it.
      report(`it should be of type ${types.join(" or ")}`);
      return;
    }
  }
  if (choices && !choices.some((choice) => sameJson(choice, value))) {
    report(`it should be one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`);
  }
  if ("const" in schema && !sameJson(constant, value)) {
    report(`it should be ${JSON.stringify(constant)}`);
  }
  if (anyOf && !anyOf.some((one) => schemaViolations(one, value).length === 0)) {
    report("it is none of what it may be");
  }
  if (typeof value === "number") checkNumber(schema, value, report);
  else if (typeof value === "string") checkString(schema, value, report);
  else if (Array.isArray(value)) checkArray(schema, value, path, found, report);
  else if (typeof value === "object" && value !== null) {
    checkObject(schema, value, path, found, report);
  }
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
  // Characters, as JSON Schema counts.
  for (const _ of value) length += 1;
  checkCount("character", length, minLength, maxLength, report);
}

function checkArray(
  schema: JsonSchema,
  value: readonly unknown[],
  path: Path,
  found: Violation[],
  report: Report,
): void {
  checkCount("item", value.length, schema.minItems, schema.maxItems, report);
  const { items } = schema;
  if (items === undefined) return;
  for (const [index, item] of value.entries()) {
    if (found.length === maxViolations) return;
    check(items, item, [...path, index], found);
  }
}

function checkObject(
  schema: JsonSchema,
  value: object,
  path: Path,
  found: Violation[],
  report: Report,
): void {
  const keys = Object.keys(value);
  checkCount("property", keys.length, schema.minProperties, schema.maxProperties, report);
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) report(`the property "${key}" is missing`);
  }
  const properties = schema.properties ?? {};
  const others = schema.additionalProperties ?? true;
  for (const key of keys) {
    if (found.length === maxViolations) return;
    const inner = Object.hasOwn(properties, key) ? properties[key]! : others;
    const at = [...path, key];
    if (inner === false)
      found.push({ path: jsonPointer(at), message: "there is no such property" });
    else if (inner !== true) check(inner, Reflect.get(value, key), at, found);
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
