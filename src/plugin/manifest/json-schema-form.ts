import { z } from "zod";
import { wrongWithText } from "./display-text.ts";

/**
 * A JSON Schema (2020-12) as manifests may contain it: only what can be checked in bounded steps
 * (json-schema.ts). There are no references, and no patterns, because a pattern can be made to run
 * for ever. `format` and the other annotations are for people and do not affect the result.
 */
export interface JsonSchema {
  readonly type?: JsonType | readonly JsonType[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | JsonSchema | undefined;
  readonly minProperties?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly items?: JsonSchema | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  /** In characters. */
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly multipleOf?: number | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly examples?: readonly unknown[] | undefined;
  readonly deprecated?: boolean | undefined;
  readonly format?: string | undefined;
  readonly $schema?: string | undefined;
}

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
