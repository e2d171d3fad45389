import { z } from "zod";
import { wrongWithText } from "./display-text.ts";

/**
 * A JSON Schema (2020-12) as manifests may contain it: only what can be checked in bounded steps
 * (json-schema.ts). There are no references, and no patterns, because a pattern can be made to run
 * for ever. `format` and the other annotations are for people and do not affect the result.
 */
export interface JsonSchema {
  /** The types that a value may have. */
  readonly type?: JsonType | readonly JsonType[] | undefined;
  /** The values that are allowed. */
  readonly enum?: readonly unknown[] | undefined;
  /** The one value that is allowed. */
  readonly const?: unknown;
  /** Schemas of which one must hold. */
  readonly anyOf?: readonly JsonSchema[] | undefined;
  /** Schemas for the properties of an object. */
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  /** Properties that must be there. */
  readonly required?: readonly string[] | undefined;
  /** Whether an object may have properties that `properties` does not name, or their schema. */
  readonly additionalProperties?: boolean | JsonSchema | undefined;
  /** The fewest properties: 0 or more. */
  readonly minProperties?: number | undefined;
  /** The most properties. */
  readonly maxProperties?: number | undefined;
  /** The schema of an array's items. */
  readonly items?: JsonSchema | undefined;
  /** The fewest items: 0 or more. */
  readonly minItems?: number | undefined;
  /** The most items. */
  readonly maxItems?: number | undefined;
  /** In characters. */
  readonly minLength?: number | undefined;
  /** The most characters of a string. */
  readonly maxLength?: number | undefined;
  /** The least number that is allowed. */
  readonly minimum?: number | undefined;
  /** The greatest number that is allowed. */
  readonly maximum?: number | undefined;
  /** Numbers must be greater than this. */
  readonly exclusiveMinimum?: number | undefined;
  /** Numbers must be less than this. */
  readonly exclusiveMaximum?: number | undefined;
  /** Numbers must be a multiple of this: more than 0. */
  readonly multipleOf?: number | undefined;
  /** A short name, for people. */
  readonly title?: string | undefined;
  /** What the value is, for people. */
  readonly description?: string | undefined;
  /** The value where none is given. For people and tools; it is not filled in. */
  readonly default?: unknown;
  /** Values that show what is meant. For people and tools. */
  readonly examples?: readonly unknown[] | undefined;
  /** Whether the value should not be used any more. For people and tools. */
  readonly deprecated?: boolean | undefined;
  /** The form of a string, such as `uri`. For people and tools; it is not checked. */
  readonly format?: string | undefined;
  /** The dialect of the schema. It is not looked at. */
  readonly $schema?: string | undefined;
}

/** The types of JSON Schema. */
export type JsonType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

const type: z.ZodType<JsonType> = z.enum([
  "null",
  "boolean",
  "integer",
  "number",
  "string",
  "array",
  "object",
]);
const count = z.int().min(0);
const inner: z.ZodType<JsonSchema> = z.lazy(() => jsonSchema);

/** The schema of a text for display. Issues about texts that could deceive have `params.code`. */
export function displayText(limit: number): z.ZodType<string> {
  return z
    .string()
    .min(1)
    .max(limit)
    .superRefine((text, context) => {
      const message = wrongWithText(text);
      if (message) context.addIssue({ code: "custom", message, params: { code: "manifest-text" } });
    });
}

export const jsonSchema: z.ZodType<JsonSchema> = z
  .strictObject({
    type: z.union([type, z.array(type).min(1)]).optional(),
    enum: z.array(z.unknown()).min(1).optional(),
    const: z.unknown().optional(),
    anyOf: z.array(inner).min(1).optional(),
    properties: z.record(z.string(), inner).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), inner]).optional(),
    minProperties: count.optional(),
    maxProperties: count.optional(),
    items: inner.optional(),
    minItems: count.optional(),
    maxItems: count.optional(),
    minLength: count.optional(),
    maxLength: count.optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
    multipleOf: z.number().positive().optional(),
    title: displayText(120).optional(),
    description: displayText(1_000).optional(),
    default: z.unknown().optional(),
    examples: z.array(z.unknown()).optional(),
    deprecated: z.boolean().optional(),
    format: z.string().max(40).optional(),
    $schema: z.string().max(200).optional(),
  })
  .meta({ id: "JsonSchema", description: "A part of JSON Schema: no references, no patterns." });
