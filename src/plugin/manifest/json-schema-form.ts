import * as z from "zod/mini";
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

const types = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
const type: z.ZodMiniType<JsonType> = z.enum(types);
const count = z.optional(z.int().check(z.minimum(0)));
const anything = z.optional(z.unknown());
const inner: z.ZodMiniType<JsonSchema> = z.lazy(() => jsonSchema);

/** The schema of a text for display. Issues about texts that could deceive have `params.code`. */
export function displayText(limit: number): z.ZodMiniType<string> {
  return z.string().check(
    z.minLength(1),
    z.maxLength(limit),
    z.superRefine((text, context) => {
      const message = wrongWithText(text);
      if (message) context.addIssue({ code: "custom", message, params: { code: "manifest-text" } });
    }),
  );
}

export const jsonSchema: z.ZodMiniType<JsonSchema> = z
  .strictObject({
    type: z.optional(
      z.union([type, z.array(type).check(z.minLength(1))], {
        error: `it should be one of ${types.join(", ")}, or a list of these`,
      }),
    ),
    enum: z.optional(z.array(z.unknown()).check(z.minLength(1))),
    const: anything,
    anyOf: z.optional(z.array(inner).check(z.minLength(1))),
    properties: z.optional(z.record(z.string(), inner)),
    required: z.optional(z.array(z.string())),
    additionalProperties: z.optional(
      z.union([z.boolean(), inner], { error: "it should be true, false or a schema" }),
    ),
    minProperties: count,
    maxProperties: count,
    items: z.optional(inner),
    minItems: count,
    maxItems: count,
    minLength: count,
    maxLength: count,
    minimum: z.optional(z.number()),
    maximum: z.optional(z.number()),
    exclusiveMinimum: z.optional(z.number()),
    exclusiveMaximum: z.optional(z.number()),
    multipleOf: z.optional(z.number().check(z.positive())),
    title: z.optional(displayText(120)),
    description: z.optional(displayText(1_000)),
    default: anything,
    examples: z.optional(z.array(z.unknown())),
    deprecated: z.optional(z.boolean()),
    format: z.optional(z.string().check(z.maxLength(40))),
    $schema: z.optional(z.string().check(z.maxLength(200))),
  })
  .check(
    z.meta({ id: "JsonSchema", description: "A part of JSON Schema: no references, no patterns." }),
  );
