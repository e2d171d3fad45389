import { z } from "zod";
import { LIMIT_ROWS, MANIFEST_LIMITS } from "../../catalogues/limits.ts";
import { displayText, jsonSchema, type JsonSchema } from "./json-schema-form.ts";
import type { ManifestLimits } from "./manifest.ts";
import { wrongWithRange, wrongWithVersion } from "./semver-range.ts";

const word = "[a-z][a-z0-9]*(?:-[a-z0-9]+)*";

/** Windows reserves these as file names, and hosts name files after plugins. */
const deviceName = /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\/|$)/;

/** `scope/name`. */
export const pluginName: z.ZodType<string> = z
  .string()
  .max(64)
  .refine((name) => !deviceName.test(name), { error: "a part of the name is the name of a device" })
  .regex(new RegExp(`^${word}/${word}$`), {
    error: "a name is scope/name, both of a-z and 0-9, in words joined by -, 64 characters at most",
  });

const version = z.string().superRefine((text, context) => {
  const message = wrongWithVersion(text);
  if (message) context.addIssue({ code: "custom", message });
});

const range = z.string().superRefine((text, context) => {
  const message = wrongWithRange(text);
  if (message) context.addIssue({ code: "custom", message });
});

const capabilityName = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/, {
    error: "a capability's name is words of a-z and 0-9, joined by . or -",
  });

const capability = z
  .strictObject({
    scope: z
      .unknown()
      .optional()
      .meta({ description: "How far; what it holds depends on the capability." }),
    reason: displayText(200).meta({
      description: "Why, in a sentence for the person who grants it.",
    }),
    optional: z.boolean().optional().meta({ description: "The plugin works without it." }),
  })
  .meta({ description: "What the plugin asks for, and why." });

const command = z.strictObject({
  id: z
    .string()
    .max(128)
    .regex(/^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*$/, {
      error: "a command's id is words of a-z and 0-9, joined by . or -",
    })
    .meta({ description: "The last part of the plugin's name, a dot, and the command's own." }),
  title: displayText(80),
  description: displayText(1_000).optional(),
  input: jsonSchema.optional(),
});

const settingKey = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*$/, {
    error: "a setting's key is words of letters and digits, joined by . - or _",
  });

const limits: z.ZodType<WrittenLimits> = z.strictObject(
  Object.fromEntries(
    MANIFEST_LIMITS.map(([key, { what, most }]) => [
      key,
      z
        .int()
        .min(1)
        .max(most)
        .optional()
        .meta({ description: `The most: ${what}.` }),
    ]),
  ),
);

/** A manifest as its author writes it. */
export interface WrittenManifest {
  readonly $schema?: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly license?: string | undefined;
  readonly authors?: readonly string[] | undefined;
  readonly api: string;
  readonly capabilities?: Readonly<Record<string, WrittenRequest>> | undefined;
  readonly activation?: readonly string[] | undefined;
  readonly commands?: readonly WrittenCommand[] | undefined;
  readonly settings?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
  readonly limits?: WrittenLimits | undefined;
  readonly stateless?: boolean | undefined;
  readonly concurrency?: number | undefined;
}

export type WrittenLimits = { readonly [Name in keyof ManifestLimits]?: number | undefined };

export interface WrittenRequest {
  readonly scope?: unknown;
  readonly reason: string;
  readonly optional?: boolean | undefined;
}

export interface WrittenCommand {
  readonly id: string;
  readonly title: string;
  readonly description?: string | undefined;
  readonly input?: JsonSchema | undefined;
}

export const manifestSchema: z.ZodType<WrittenManifest> = z
  .strictObject({
    $schema: z.string().max(200).optional(),
    name: pluginName,
    version,
    title: displayText(80),
    description: displayText(1_000),
    license: z
      .string()
      .max(200)
      .regex(/^[A-Za-z0-9.+() -]+$/, { error: "a license is an SPDX expression" })
      .optional(),
    authors: z.array(displayText(120)).max(32).optional(),
    api: range.meta({ description: "The versions of tenon:plugin that it works with." }),
    capabilities: z.record(capabilityName, capability).optional(),
    activation: z
      .array(z.string().max(160))
      .max(256)
      .optional()
      .meta({
        description:
          "What starts the plugin: startup, idle, command:ID, event:NAME, event:scope/plugin:NAME, language:ID. " +
          "event:document-changed tells of changes of open documents, of one language with " +
          "event:document-changed?language=ID, of some URIs with event:document-changed?glob=**/*.md.",
      }),
    commands: z.array(command).max(256).optional(),
    settings: z.record(settingKey, jsonSchema).optional(),
    dependencies: z.record(pluginName, range).optional(),
    limits: limits.optional(),
    stateless: z
      .boolean()
      .optional()
      .meta({ description: "Each call finds the plugin as it was after its start." }),
    concurrency: z.int().min(1).max(LIMIT_ROWS.concurrency.manifest!.most).optional().meta({
      description: "Instances that it may have at once, each with a memory of its own.",
    }),
  })
  .meta({ title: "Manifest of a Tenon plugin" });

/**
 * The JSON Schema (2020-12) of manifests, for editors. It leaves out some of the checks: versions,
 * texts that deceive, and scopes, which the capabilities define.
 */
export function manifestJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(manifestSchema, { io: "input" }) };
}
