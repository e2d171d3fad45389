import * as z from "zod/mini";
import { LIMIT_ROWS, MANIFEST_LIMITS } from "../../catalogues/limit-options.ts";
import { displayText, jsonSchema, type JsonSchema } from "./json-schema-form.ts";
import type { Manifest, ManifestLimits } from "./manifest.ts";
import { wrongWithRange, wrongWithVersion } from "./semver-range.ts";

const word = "[a-z][a-z0-9]*(?:-[a-z0-9]+)*";

/** Windows reserves these as file names, and hosts name files after plugins. */
const deviceName = /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\/|$)/;

/** `scope/name`. */
export const pluginName: z.ZodMiniType<string> = z.string().check(
  z.maxLength(64),
  z.refine((name) => !deviceName.test(name), {
    error: "a part of the name is the name of a device",
  }),
  z.regex(new RegExp(`^${word}/${word}$`), {
    error: "a name is scope/name, both of a-z and 0-9, in words joined by -, 64 characters at most",
  }),
);

const version = checked(wrongWithVersion);
const range = checked(wrongWithRange);

const capabilityName = z.string().check(
  z.maxLength(64),
  z.regex(/^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/, {
    error: "a capability's name is words of a-z and 0-9, joined by . or -",
  }),
);

/** A schema for each key of what is written: a key that has none, or no type, does not compile. */
type Shape<Written> = { readonly [Key in keyof Written]-?: z.ZodMiniType<Written[Key]> };

const capability = z
  .strictObject({
    scope: z
      .optional(z.unknown())
      .check(z.describe("How far; what it holds depends on the capability.")),
    reason: displayText(200).check(z.describe("Why, in a sentence for the person who grants it.")),
    optional: z.optional(z.boolean()).check(z.describe("The plugin works without it.")),
  } satisfies Shape<WrittenRequest>)
  .check(z.describe("What the plugin asks for, and why."));

const command = z.strictObject({
  id: z.string().check(
    z.maxLength(128),
    z.regex(/^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*$/, {
      error: "a command's id is words of a-z and 0-9, joined by . or -",
    }),
    z.describe("The last part of the plugin's name, a dot, and the command's own."),
  ),
  title: displayText(80),
  description: z.optional(displayText(1_000)),
  input: z.optional(jsonSchema),
} satisfies Shape<WrittenCommand>);

const settingKey = z.string().check(
  z.maxLength(64),
  z.regex(/^[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*$/, {
    error: "a setting's key is words of letters and digits, joined by . - or _",
  }),
);

const limits: z.ZodMiniType<WrittenLimits> = z.strictObject(
  Object.fromEntries(
    MANIFEST_LIMITS.map(([key, { what, most }]) => [
      key,
      z
        .optional(z.int().check(z.minimum(1), z.maximum(most)))
        .check(z.describe(`The most: ${what}.`)),
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
  readonly eval?: boolean | undefined;
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

/** Keys that an author may write and a Manifest lacks: nobody would read them. */
type Unread = Exclude<keyof WrittenManifest, keyof Manifest | "$schema">;

export const manifestSchema: z.ZodMiniType<WrittenManifest> = z
  .strictObject({
    $schema: z.optional(z.string().check(z.maxLength(200))),
    name: pluginName,
    version,
    title: displayText(80),
    description: displayText(1_000),
    license: z.optional(
      z
        .string()
        .check(
          z.maxLength(200),
          z.regex(/^[A-Za-z0-9.+() -]+$/, { error: "a license is an SPDX expression" }),
        ),
    ),
    authors: z.optional(z.array(displayText(120)).check(z.maxLength(32))),
    api: range.check(z.describe("The versions of tenon:plugin that it works with.")),
    capabilities: z.optional(z.record(capabilityName, capability)),
    activation: z
      .optional(z.array(z.string().check(z.maxLength(160))).check(z.maxLength(256)))
      .check(
        z.describe(
          "What starts the plugin: startup, idle, command:ID, event:NAME, event:scope/plugin:NAME, language:ID. " +
            "event:document-changed tells of changes of open documents, of one language with " +
            "event:document-changed?language=ID, of some URIs with event:document-changed?glob=**/*.md.",
        ),
      ),
    commands: z.optional(z.array(command).check(z.maxLength(256))),
    settings: z.optional(z.record(settingKey, jsonSchema)),
    dependencies: z.optional(z.record(pluginName, range)),
    limits: z.optional(limits),
    stateless: z
      .optional(z.boolean())
      .check(z.describe("Each call finds the plugin as it was after its start.")),
    concurrency: z
      .optional(z.int().check(z.minimum(1), z.maximum(LIMIT_ROWS.concurrency.manifest!.most)))
      .check(z.describe("Instances that it may have at once, each with a memory of its own.")),
    eval: z
      .optional(z.boolean())
      .check(z.describe("Its code may run text as code, in its sandbox: JavaScript alone.")),
  } satisfies Shape<WrittenManifest> & { readonly [Key in Unread]: never })
  .check(z.meta({ title: "Manifest of a Tenon plugin" }));

/** A text that `wrong` finds nothing wrong with. */
function checked(wrong: (text: string) => string | undefined): z.ZodMiniType<string> {
  return z.string().check(
    z.superRefine((text, context) => {
      const message = wrong(text);
      if (message) context.addIssue({ code: "custom", message });
    }),
  );
}

/**
 * The JSON Schema (2020-12) of manifests, for editors. It leaves out some of the checks: versions,
 * texts that deceive, and scopes, which the capabilities define.
 */
export function manifestJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(manifestSchema, { io: "input" }) };
}
