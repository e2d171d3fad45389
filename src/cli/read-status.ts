import {
  type Capability,
  defineCapability,
  defineInterface,
  type InterfaceDefinition,
  type KnownKeys,
  type PluginStatus,
  staticPolicy,
  TenonError,
} from "../index.ts";
import { nodePlatform } from "../platform/node/index.ts";
import type { OwnHost } from "./host-module.ts";
import { madeHost } from "./made-host.ts";

/** A plugin as a host reports it that grants it nothing. */
export interface ReadPlugin {
  readonly status: PluginStatus;
  /** What the plugin asks for or imports, and neither Tenon nor the host of `own` offers. */
  readonly notOffered: {
    readonly capabilities: readonly string[];
    readonly interfaces: readonly string[];
  };
}

export interface ReadRequest {
  /** A component's bytes, or the path of a source. */
  readonly component: Uint8Array | string;
  readonly sidecar: string | undefined;
  readonly signature?: Uint8Array | undefined;
  /** What is known of publishers' keys. */
  readonly keys: KnownKeys;
  readonly own: OwnHost;
  /** The file of `own`, for messages; undefined where there is none. */
  readonly module: string | undefined;
}

/** The most capabilities and interfaces of an application's own that one plugin is read with. */
const MOST_STAND_INS = 64;

/**
 * The status that a host reports for the plugin when it is installed and granted nothing. What only
 * some application offers is no mistake of the plugin's: it is stood in for, and named in `notOffered`.
 * Rejects with the reason why a host would refuse the plugin.
 */
export async function readStatus(request: ReadRequest): Promise<ReadPlugin> {
  const capabilities: Capability<unknown, unknown>[] = [];
  const interfaces: InterfaceDefinition[] = [];
  for (;;) {
    try {
      const status = await installed(request, capabilities, interfaces);
      const names = (list: readonly { readonly name: string }[]): readonly string[] =>
        list.map(({ name }) => name);
      const unoffered = status.standing
        .filter((one) => one.status === "unavailable")
        .map(({ capability }) => capability);
      const missing = [...new Set([...names(capabilities), ...unoffered])];
      return { status, notOffered: { capabilities: missing, interfaces: names(interfaces) } };
    } catch (error) {
      const missing = missingIn(error);
      const there = new Set([...capabilities, ...interfaces].map(({ name }) => name));
      const isMended = missing.length > 0 && missing.every(({ name }) => !there.has(name));
      if (!isMended || there.size + missing.length > MOST_STAND_INS) throw error;
      for (const one of missing) {
        if (one.tag === "capability") capabilities.push(capabilityNamed(one.name));
        else interfaces.push(interfaceNamed(one.name));
      }
    }
  }
}

async function installed(
  { component, sidecar, signature, keys, own, module }: ReadRequest,
  capabilities: readonly Capability<unknown, unknown>[],
  interfaces: readonly InterfaceDefinition[],
): Promise<PluginStatus> {
  const options = {
    keys,
    ...own,
    platform: nodePlatform(),
    policy: staticPolicy({}),
    capabilities: [...(own.capabilities ?? []), ...capabilities],
    interfaces: [...(own.interfaces ?? []), ...interfaces],
  };
  await using host = madeHost(options, module);
  return await host.install(component, {
    ...(sidecar === undefined ? {} : { manifest: sidecar }),
    ...(signature === undefined ? {} : { signature }),
  });
}

type Missing = { readonly tag: "capability" | "interface"; readonly name: string };

/** What a refusal says is missing, where nothing else is wrong. */
function missingIn(error: unknown): readonly Missing[] {
  if (!(error instanceof TenonError)) return [];
  const { path, missing } = error.data as {
    readonly path?: string;
    readonly missing?: readonly { readonly import: string; readonly reason: string }[];
  };
  if (error.code === "manifest-unknown-capability" && path !== undefined) {
    const [, name] = /^\/capabilities\/([a-z0-9.-]+)$/.exec(path) ?? [];
    return name === undefined ? [] : [{ tag: "capability", name }];
  }
  if (error.code !== "package-imports" || missing === undefined) return [];
  const names = missing.map((one) => (one.reason === "unknown" ? offerFor(one.import) : undefined));
  return names.every((name) => name !== undefined)
    ? names.map((name) => ({ tag: "interface", name }))
    : [];
}

/** The name under which a host would offer an import: with all of its version. Undefined: under none. */
function offerFor(name: string): string | undefined {
  const [, start, major, minor = "0", rest = "0"] =
    /^([a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*@)(\d+)(?:\.(\d+))?(?:\.(\d[\w.+-]*))?$/.exec(
      name,
    ) ?? [];
  return start === undefined ? undefined : `${start}${major}.${minor}.${rest}`;
}

function capabilityNamed(name: string): Capability<unknown, unknown> {
  return defineCapability<unknown, unknown>({
    name,
    scope: { safeParse: (data) => ({ success: true, data }) },
    describe: (scope) => `asks for ${JSON.stringify(scope)} of it, and this host does not offer it`,
    intersect: () => undefined,
    covers: () => "this host does not offer it",
  });
}

function interfaceNamed(name: string): InterfaceDefinition {
  return defineInterface({ name, implement: () => ({}) });
}
