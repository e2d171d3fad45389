import type { core } from "zod/mini";
import { MANIFEST_LIMITS } from "../../catalogues/limit-options.ts";
import type { CapabilityRequest } from "../../capability/authority.ts";
import type { Capability } from "../../capability/capability.ts";
import { schemaIssueText } from "../../capability/schema-issues.ts";
import { readScope } from "../../capability/scope.ts";
import type { PackageErrorCode, TenonError } from "../../errors.ts";
import { checkActivation } from "./activation-event.ts";
import { jsonBytes, schemaViolations } from "./json-schema.ts";
import type {
  CommandContribution,
  Manifest,
  ManifestLimits,
  SettingContribution,
} from "./manifest.ts";
import { manifestError } from "./manifest-error.ts";
import { readManifestJson } from "./manifest-json.ts";
import { manifestSchema, type WrittenManifest } from "./manifest-schema.ts";
import { isAnyVersion } from "./semver-range.ts";

/**
 * Reads a manifest. `known` are the capabilities that this host knows. A manifest that asks for
 * another one is refused, unless that is optional; then it is never granted. Throws a TenonError
 * whose code starts with `manifest-` (`dependency-cycle` for a plugin that needs itself), with
 * `data.path`, a JSON Pointer to the mistake.
 */
export function parseManifest(
  source: string | Uint8Array,
  known: Iterable<Capability<unknown, unknown>>,
): Manifest {
  const read = manifestSchema.safeParse(readManifestJson(source), { error: schemaIssueText });
  if (!read.success) throw toError(read.error.issues[0]!);
  const written = read.data;
  const commands = commandsOf(written);
  if (isAnyVersion(written.api)) {
    throw manifestError("manifest-api", ["api"], "name the versions that the plugin was made for");
  }
  return freeze({
    name: written.name,
    version: written.version,
    title: written.title,
    description: written.description,
    license: written.license,
    authors: written.authors ?? [],
    api: written.api,
    capabilities: requestsOf(written, known),
    activation: checkActivation(
      written.activation ?? [],
      commands,
      Object.keys(written.capabilities ?? {}),
    ),
    commands,
    settings: settingsOf(written),
    dependencies: dependenciesOf(written),
    limits: Object.fromEntries(
      MANIFEST_LIMITS.map(([key]) => [key, written.limits?.[key]]),
    ) as ManifestLimits,
    stateless: written.stateless ?? false,
    concurrency: written.concurrency ?? 1,
    eval: written.eval ?? false,
  });
}

/** The error code for a mistake in a field, by the manifest's key. */
const codes: ReadonlyMap<PropertyKey | undefined, PackageErrorCode> = new Map([
  ["name", "manifest-name"],
  ["version", "manifest-version"],
  ["api", "manifest-api"],
  ["activation", "manifest-activation"],
  ["commands", "manifest-command"],
  ["settings", "manifest-settings"],
  ["dependencies", "manifest-dependency"],
  ["limits", "manifest-limits"],
  ["concurrency", "manifest-concurrency"],
]);

function toError(issue: core.$ZodIssue): TenonError {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    return manifestError("manifest-unknown-key", [...path, key], message);
  }
  if (issue.code === "custom" && issue.params?.["code"] === "manifest-text") {
    return manifestError("manifest-text", path, message);
  }
  if (issue.code === "invalid_key") {
    const why = issue.issues[0]?.message ?? message;
    const code = path[0] === "capabilities" ? "manifest-unknown-capability" : codes.get(path[0]);
    return manifestError(code ?? "manifest-invalid", path, why);
  }
  // A field that is missing or has another type is reported as a mistake of form, not of content.
  const shapeless = issue.code === "invalid_type" && path.length === 1;
  const code = shapeless ? undefined : codes.get(path[0]);
  return manifestError(code ?? "manifest-invalid", path, message);
}

function requestsOf(
  written: WrittenManifest,
  known: Iterable<Capability<unknown, unknown>>,
): readonly CapabilityRequest[] {
  const capabilities = new Map([...known].map((capability) => [capability.name, capability]));
  return Object.entries(written.capabilities ?? {}).map(([name, request]) => {
    const { reason, optional = false } = request;
    const capability = capabilities.get(name);
    if (!capability) {
      if (optional) return { capability: name, scope: request.scope, reason, optional };
      throw manifestError(
        "manifest-unknown-capability",
        ["capabilities", name],
        `this host has no capability of that name; it has: ${[...capabilities.keys()].join(", ")}`,
        { known: [...capabilities.keys()] },
      );
    }
    const scope = readScope(capability, request.scope);
    if (!scope.ok) {
      const issue = scope.issues[0];
      const path = ["capabilities", name, "scope", ...(issue?.path ?? [])];
      throw manifestError("manifest-scope", path, issue?.message ?? "it is not a scope");
    }
    return { capability: name, scope: scope.scope, reason, optional };
  });
}

function commandsOf(written: WrittenManifest): readonly CommandContribution[] {
  const prefix = `${written.name.split("/")[1]}.`;
  const seen = new Set<string>();
  return (written.commands ?? []).map((command, index) => {
    const path = ["commands", index, "id"];
    if (!command.id.startsWith(prefix)) {
      const message = `the id of a command of this plugin starts with "${prefix}"`;
      throw manifestError("manifest-command", path, message);
    }
    if (seen.has(command.id)) {
      throw manifestError("manifest-command", path, "another command has this id");
    }
    seen.add(command.id);
    const { id, title, description, input } = command;
    return { id, title, description, input };
  });
}

function settingsOf(written: WrittenManifest): readonly SettingContribution[] {
  return Object.entries(written.settings ?? {}).map(([key, schema]) => {
    if (!("default" in schema)) {
      const message = "a setting has a default, so that it always has a value";
      throw manifestError("manifest-settings", ["settings", key, "default"], message);
    }
    const wrong = schemaViolations(schema, schema.default, jsonBytes(schema.default))[0];
    if (wrong) {
      const path = ["settings", key, "default"];
      throw manifestError(
        "manifest-settings",
        path,
        wrong.path === "" ? wrong.message : `${wrong.path}: ${wrong.message}`,
      );
    }
    return { key, schema, default: schema.default };
  });
}

function dependenciesOf(written: WrittenManifest): Manifest["dependencies"] {
  return Object.entries(written.dependencies ?? {}).map(([name, range]) => {
    if (name === written.name) {
      const message = "a plugin cannot need itself";
      throw manifestError("dependency-cycle", ["dependencies", name], message, { cycle: [name] });
    }
    return { name, range };
  });
}

/** Deep, because the manifest is shared by everything that works with the plugin. */
function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}
