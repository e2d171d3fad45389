// By their files: the package's index is CommonJS, all of which a bundler keeps.
import gt from "semver/functions/gt.js";
import lt from "semver/functions/lt.js";
import type { Authority } from "../../capability/authority.ts";
import type { AuditDecision } from "../../capability/audit.ts";
import { sameJson } from "../../capability/scope.ts";
import { TenonError } from "../../errors.ts";
import { identityText } from "../../identity/identity.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Package } from "../package/package.ts";
import { Plugin } from "../life/plugin.ts";
import type { PluginPowers } from "../life/plugin-powers.ts";
import { knownPlugin, type Ownership, ownershipOf, settleOwnership } from "../life/ownership.ts";
import { initialStanding, recordOf } from "../life/plugin-state.ts";
import type { PluginRecord, PluginRecords } from "../life/plugin-records.ts";
import type { Registry } from "./registry.ts";

/** Made by HostParts (`host/parts.ts`). */
export interface InstallerPowers {
  readonly registry: Registry<Plugin>;
  readonly authority: Authority;
  readonly records: PluginRecords;
  readonly telemetry: Telemetry;
  readonly plugins: PluginPowers;
  /** `by`: the maker's identity. Default: that of who has the name. */
  readonly note: (
    plugin: string,
    operation: string,
    what: AuditDecision,
    reason: string,
    by?: string,
  ) => void;
  /** Deletes what a plugin stored, under each of these owners. */
  readonly erase: (plugin: string, owners: readonly string[]) => void | Promise<void>;
  /** Drops what the plugin left in documents. */
  readonly forget: (plugin: string) => void;
  /** Throws `host-closed` where the host is disposed of. */
  readonly assertOpen: () => void;
}

/** `newer`: only a higher version may replace the installed one. `any`: any version may. */
export type Replace = "newer" | "any";

/** Installs, replaces and uninstalls plugins. */
export class Installer {
  readonly #powers: InstallerPowers;
  /** Plugins whose installation is under way: a person may be deciding about their grants. */
  readonly #busy: Set<string> = new Set();

  constructor(powers: InstallerPowers) {
    this.#powers = powers;
  }

  /**
   * Rejects with `plugin-installed`, `plugin-downgrade`, `identity-changed`, `signature-missing`,
   * `command-duplicate`, and with the failure of the policy; nothing has changed then.
   */
  async install(source: Package, replace: Replace | undefined): Promise<Plugin> {
    const { name } = source.manifest;
    if (this.#busy.has(name)) throw alreadyThere(name, "is being installed");
    this.#busy.add(name);
    try {
      return await this.#install(source, replace);
    } finally {
      this.#busy.delete(name);
    }
  }

  /** Checks whether a plugin that is not installed may be. Rejects as `install` does. */
  async check(source: Package, replace: Replace | undefined): Promise<Ownership> {
    const { registry, records, authority } = this.#powers;
    const record = await records.load(source.manifest.name);
    checkReplacement(source, undefined, record, replace);
    registry.checkCommands(source.manifest);
    return await settleOwnership(source, record, authority);
  }

  /**
   * The remaining steps of an installation, for a plugin that is in the registry already. The
   * policy is asked about it when it is first used.
   */
  async admitted(source: Package, ownership: Ownership): Promise<void> {
    const { records, telemetry } = this.#powers;
    const { name, version } = source.manifest;
    this.#note(source.manifest, "installed");
    telemetry.emit({ tag: "installed", plugin: name, version });
    const record = await records.load(name);
    await records.save(name, recordOf(initialStanding(record, source), source, ownership));
  }

  assertOpen(): void {
    this.#powers.assertOpen();
  }

  /**
   * Rejects with `storage-failed` where the plugin's data could not be deleted; the plugin is
   * uninstalled even then.
   */
  async uninstall(plugin: Plugin, { keepData = false }: { keepData?: boolean }): Promise<void> {
    const { registry, authority, records, telemetry, note, erase } = this.#powers;
    const { name, version } = plugin.manifest;
    const { owner, formerOwners } =
      plugin.ownership ?? (await records.load(name)) ?? ownershipOf(plugin.package);
    registry.remove(plugin);
    await plugin.remove("uninstalled");
    await authority.forget(name);
    const maker = identityText(plugin.package.identity);
    const what = `version ${version}${keepData ? ", data kept" : ""}`;
    note(name, "uninstall", "uninstalled", what, maker);
    telemetry.emit({ tag: "uninstalled", plugin: name });
    if (keepData) return;
    await records.delete(name);
    await erase(name, [owner, ...formerOwners]);
  }

  /**
   * Deletes what is remembered of a plugin that is not installed: its grants, whose the name is, and
   * (unless `keepData`) all that it stored. Returns whether there was such a plugin. Rejects with
   * `storage-failed`.
   */
  async discard(name: string, { keepData = false }: { keepData?: boolean }): Promise<boolean> {
    const { authority, records, note, erase } = this.#powers;
    const record = await records.load(name);
    if (record === undefined) return false;
    if (this.#busy.has(name)) throw alreadyThere(name, "is being installed");
    await authority.forget(name);
    const what = `version ${record.version}, which was not there${keepData ? ", data kept" : ""}`;
    note(name, "uninstall", "uninstalled", what, record.identity);
    if (keepData) return true;
    await records.delete(name);
    await erase(name, [record.owner, ...record.formerOwners]);
    return true;
  }

  async #install(source: Package, replace: Replace | undefined): Promise<Plugin> {
    const { registry, authority, records, plugins } = this.#powers;
    const { name, version, capabilities: requests } = source.manifest;
    const existing = registry.get(name);
    if (existing !== undefined && isSame(existing.package, source)) return existing;
    const record = await records.load(name);
    checkReplacement(source, existing?.package, record, replace);
    registry.checkCommands(source.manifest);
    const known =
      existing?.ownership === undefined
        ? record
        : knownPlugin(existing.package, existing.ownership);
    const ownership = await settleOwnership(source, known, authority);
    const asked = { name, version, identity: source.identity, requests };
    using decided = await authority.decide(asked);
    this.#powers.assertOpen();
    // Checked again: two plugins may have asked for the same command while people decided.
    registry.checkCommands(source.manifest);
    const enforce = (): void => void decided.enforce();
    if (existing !== undefined) return await this.#replace(existing, source, ownership, enforce);
    enforce();
    const plugin = new Plugin(source, record, ownership, plugins);
    registry.add(plugin);
    this.#note(source.manifest, "installed");
    this.#powers.telemetry.emit({ tag: "installed", plugin: name, version });
    await records.save(name, recordOf(plugin.state, source, ownership));
    return plugin;
  }

  async #replace(
    plugin: Plugin,
    next: Package,
    ownership: Ownership,
    enforce: () => void,
  ): Promise<Plugin> {
    const before = plugin.manifest;
    await plugin.replace(next, ownership, enforce);
    if (ownership.taken === "fresh") this.#powers.forget(before.name);
    this.#powers.registry.reindex(plugin, before);
    this.#note(next.manifest, `replaced ${before.version}`);
    const [from, to] = [before.version, next.manifest.version];
    this.#powers.telemetry.emit({ tag: "upgraded", plugin: before.name, from, to });
    return plugin;
  }

  #note({ name, version }: Manifest, how: string): void {
    this.#powers.note(name, "install", "installed", `${how}: ${version}`);
  }
}

/**
 * Whether nothing would change if one took the other's place. The digest is that of the component
 * alone. A manifest or a signature may lie beside it, so manifests and makers are compared as well.
 */
export function isSame(
  one: Pick<Package, "digest" | "identity" | "manifest">,
  other: Pick<Package, "digest" | "identity" | "manifest">,
): boolean {
  return (
    one.digest === other.digest &&
    identityText(one.identity) === identityText(other.identity) &&
    sameJson(one.manifest, other.manifest)
  );
}

/** An older version replaces a newer one only on request, also across a restart. */
function checkReplacement(
  source: Package,
  existing: Package | undefined,
  record: PluginRecord | undefined,
  replace: Replace | undefined,
): void {
  const { name, version } = source.manifest;
  if (existing !== undefined && replace === undefined) {
    throw alreadyThere(name, `is installed (${existing.manifest.version}); say replace`);
  }
  if (replace === "any") return;
  const downgrade =
    existing !== undefined
      ? !gt(version, existing.manifest.version)
      : record !== undefined && lt(version, record.version);
  if (!downgrade) return;
  const now = existing?.manifest.version ?? record?.version;
  throw new TenonError(
    "plugin-downgrade",
    `"${name}" ${version} would take the place of ${now}; say replace: "any" if that is meant.`,
    { plugin: name, operation: "install", data: { from: now, to: version } },
  );
}

export function alreadyThere(name: string, what: string): TenonError {
  return new TenonError("plugin-installed", `"${name}" ${what}.`, {
    plugin: name,
    operation: "install",
  });
}
