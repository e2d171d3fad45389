import type { Authority } from "../capability/authority.ts";
import type { Capability } from "../capability/capability.ts";
import { TenonError } from "../errors.ts";
import type { HostOptions } from "./options.ts";
import type { BusPower } from "../interfaces/bus.ts";
import type { InterfaceDefinition } from "../interfaces/define.ts";
import type { Documents } from "../interfaces/text/documents.ts";
import type { RetainedTexts } from "../interfaces/text/text-retained.ts";
import type { PluginCaches } from "../interfaces/plugin-caches.ts";
import { checkInterface } from "../interfaces/check-interface.ts";
import { standardInterfaces } from "../interfaces/standard.ts";
import { jsonBytes, schemaViolations } from "../plugin/manifest/json-schema.ts";
import type { Package } from "../plugin/package/package.ts";
import type { KeyValueStore } from "../platform/key-value.ts";
import type { Telemetry } from "../telemetry/events.ts";

/** Made by HostParts. */
export interface OfferPowers {
  readonly options: HostOptions;
  readonly documents: Documents;
  readonly texts: RetainedTexts;
  readonly telemetry: Telemetry;
  readonly bus: BusPower;
  /** Where plugins' data is kept. */
  readonly keyValue: KeyValueStore;
  readonly caches: PluginCaches;
  /** A function, because the authority is made from the interfaces and does not exist yet. */
  readonly authority: () => Authority;
  readonly plugin: (name: string) => Pick<Package, "manifest" | "identity"> | undefined;
}

/**
 * Every interface of a host: the standard ones and the application's. Throws `interface-duplicate`
 * for two of one name, and what `defineInterface` throws.
 */
export function offeredInterfaces(powers: OfferPowers): readonly InterfaceDefinition[] {
  const {
    options,
    documents,
    texts,
    telemetry,
    bus,
    keyValue,
    caches,
    authority,
    plugin: installed,
  } = powers;
  const { platform } = options;
  const standard = standardInterfaces({
    ...platform,
    documents,
    texts,
    bus,
    keyValue,
    caches,
    log: { write: (record) => telemetry.emit({ tag: "log", record }) },
    settings: { of: (plugin) => settingsOf(installed(plugin), plugin, options) },
    capabilities: {
      status: ({ plugin, identity }, capability) =>
        authority().status(plugin, capability, identity),
      // A policy that fails is the application's fault: the plugin goes on without the grant.
      request: ({ plugin, identity }, capability, scope, reason) =>
        authority()
          .request(plugin, capability, scope, reason, identity)
          .catch((error: unknown) => {
            telemetry.emit({ tag: "fault", plugin, error });
            return authority().status(plugin, capability, identity);
          }),
    },
  });
  return checkOffers([...standard, ...(options.interfaces ?? [])]);
}

/** The capabilities that a manifest may ask for on this host. */
export function offeredCapabilities(
  offers: readonly InterfaceDefinition[],
  { capabilities = [] }: HostOptions,
): ReadonlySet<Capability<unknown, unknown>> {
  const found = offers.flatMap(({ capability }) => (capability === undefined ? [] : [capability]));
  return new Set([...found, ...capabilities]);
}

function checkOffers(offers: readonly InterfaceDefinition[]): readonly InterfaceDefinition[] {
  const seen = new Set<string>();
  for (const offer of offers) {
    checkInterface(offer);
    const { name } = offer;
    if (seen.has(name)) {
      const message = `Two interfaces are called ${name}.`;
      throw new TenonError("interface-duplicate", message, { data: { name } });
    }
    seen.add(name);
  }
  return offers;
}

function settingsOf(
  installed: Pick<Package, "manifest" | "identity"> | undefined,
  plugin: string,
  options: Pick<HostOptions, "settings">,
): ReadonlyMap<string, unknown> {
  const settings = new Map<string, unknown>();
  if (installed === undefined) return settings;
  const given = options.settings?.(plugin, installed.identity) ?? {};
  for (const { key, schema, default: fallback } of installed.manifest.settings) {
    const value = Object.hasOwn(given, key) ? given[key] : undefined;
    const fits =
      value !== undefined && schemaViolations(schema, value, jsonBytes(value)).length === 0;
    settings.set(key, fits ? value : fallback);
  }
  return settings;
}
