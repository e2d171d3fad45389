import type { Authority } from "../../capability/authority.ts";
import { TenonError } from "../../errors.ts";
import { MOST_SIGNATURE } from "../../identity/signature.ts";
import { namesWhere } from "../../interfaces/functions.ts";
import type { PackageFile, PackageFolder, PackageFolders } from "../../platform/package-folders.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import { rulesText } from "../../component/outline.ts";
import {
  indexedPackage,
  type IndexedPackagePowers,
  unusablePackage,
} from "../package/indexed-package.ts";
import { FolderSources } from "./folder-sources.ts";
import { alreadyThere, isSame, type Installer, type Replace } from "./installer.ts";
import type { Package } from "../package/package.ts";
import { readPackage } from "../package/package.ts";
import {
  type IndexedPackage,
  indexPackage,
  readIndex,
  type ReadIndex,
  type StoredPackage,
  StoredPackages,
  writeIndex,
} from "../package/package-index.ts";
import type { Ownership } from "../life/ownership.ts";
import { Plugin } from "../life/plugin.ts";
import type { PluginPowers } from "../life/plugin-powers.ts";
import type { PluginRecord, PluginRecords } from "../life/plugin-records.ts";
import type { Registry } from "./registry.ts";

/** Made by HostParts (`host/parts.ts`). */
export interface FolderInstallerPowers extends IndexedPackagePowers {
  readonly folders: PackageFolders | undefined;
  readonly registry: Registry<Plugin>;
  readonly authority: Pick<Authority, "enlist">;
  readonly records: Pick<PluginRecords, "setAside">;
  readonly telemetry: Telemetry;
  readonly installer: Installer;
  readonly plugins: PluginPowers;
  /** Records in the audit trail that a package was refused. */
  readonly refused: (error: unknown, path: string) => void;
  /** `name/version`: another application may accept other packages. */
  readonly application: string;
}

/** A package of a folder that was not installed, and why. */
export interface RefusedPackage {
  /** The file. */
  readonly path: string;
  /** Why it was refused. */
  readonly error: TenonError;
}

/** What `Host.installAll` found in a folder. */
export interface FolderReport {
  /** How many plugins of the folder are installed now. */
  readonly plugins: number;
  /** How many packages were read: those that are new, or were written since the last time. */
  readonly read: number;
  /** The packages that were not installed, each with the reason. */
  readonly refused: readonly RefusedPackage[];
}

export interface InstallFolderOptions {
  readonly replace: Replace | undefined;
  /** See InstallOptions. */
  readonly place: string | undefined;
}

interface Fresh {
  readonly entry: IndexedPackage;
  readonly source: Package;
  /** Set where the plugin was not registered before: the steps of an installation are still to be done. */
  readonly ownership: Ownership | undefined;
}

/**
 * Installs folders of packages. A package that passed once is in the folder's index and is taken
 * from there for as long as its file is not written. Nothing of the file is then read before the
 * plugin is first used.
 */
export class FolderInstaller {
  readonly #powers: FolderInstallerPowers;
  readonly #offers: string;
  readonly #sources: FolderSources;

  constructor(powers: FolderInstallerPowers) {
    this.#powers = powers;
    this.#offers = offersOf(powers);
    this.#sources = new FolderSources(powers);
  }

  /** Rejects with `package-unreadable` where there is no such folder. */
  async install(source: URL | string, how: InstallFolderOptions): Promise<FolderReport> {
    const { folders, telemetry, records, installer, registry } = this.#powers;
    if (folders === undefined) {
      const message = "This platform has no folders; install packages one by one.";
      throw new TenonError("package-unreadable", message, { operation: "install" });
    }
    const folder = await folders.list(source);
    const offers = JSON.stringify([this.#offers, how.place ?? null]);
    const index = await this.#index(folder, offers);
    const known = index.tag === "used" ? index.packages : [];
    const { same, others } = compare(folder.files, known);
    const refused: RefusedPackage[] = [];
    const fresh: Fresh[] = [];
    for (const file of others) {
      try {
        fresh.push(await this.#read(file, how));
      } catch (error) {
        refused.push({ path: file.path, error: error as TenonError });
      }
    }
    const all = fresh.length === 0 ? same : [...same, ...fresh.map(({ entry }) => entry)];
    const setAside = await records.setAside();
    installer.assertOpen();
    const twice = this.#shelve(all, setAside);
    refused.push(...twice);
    const notThere = new Set(twice.map(({ path }) => path));
    // The plugins that are set aside are made now, so that their status shows it. They are few.
    for (const name of setAside.keys()) registry.get(name);
    for (const { entry, source, ownership } of fresh) {
      if (ownership !== undefined && !notThere.has(entry.path)) {
        await installer.admitted(source, ownership);
      }
    }
    const before = refused.length;
    const fromSource = await this.#sources.install(folder.sources, how, refused);
    const read = others.length + fromSource + refused.length - before;
    for (const { error, path } of refused) this.#powers.refused(error, path);
    const isAsKept = fresh.length === 0 && same.length === known.length && index.tag === "used";
    const report = { plugins: all.length - twice.length + fromSource, read, refused };
    telemetry.emit({
      tag: "folder-installed",
      folder: folder.folder,
      index: index.tag,
      plugins: report.plugins,
      read: report.read,
      error: isAsKept ? undefined : await this.#keep(folder, all, offers),
    });
    return report;
  }

  async #index(
    folder: PackageFolder,
    offers: string,
  ): Promise<ReadIndex | { readonly tag: "none" }> {
    const kept = await folder.readIndex();
    if (kept === undefined) return { tag: "none" };
    return await readIndex(kept, offers, this.#powers.reading.sha256);
  }

  async #read(file: PackageFile, { replace, place }: InstallFolderOptions): Promise<Fresh> {
    const { read, reading, maxSize, registry, installer } = this.#powers;
    const { path, manifest: beside, signature: signaturePath, stamp } = file;
    const text = beside === undefined ? undefined : await read(beside, maxSize);
    const signature =
      signaturePath === undefined ? undefined : await read(signaturePath, MOST_SIGNATURE);
    const bytes = await read(path, maxSize);
    const options = { ...reading, maxSize, manifest: text, signature, place };
    const found = await readPackage(bytes, options);
    const { digest, size, manifest, identity } = found;
    const isNew = !registry.has(manifest.name);
    const ownership = isNew ? await installer.check(found, replace) : undefined;
    if (!isNew) await installer.install(found, replace);
    const stored: StoredPackage = {
      path,
      manifestPath: beside,
      signaturePath,
      place,
      digest,
      size,
      manifest,
      identity,
    };
    // Made anew, because `found` holds the bytes.
    const source = indexedPackage(stored, this.#powers);
    return { entry: indexPackage(stored, stamp), source, ownership };
  }

  /** Returns those whose name or command another plugin has. */
  #shelve(
    packages: readonly IndexedPackage[],
    setAside: ReadonlyMap<string, PluginRecord>,
  ): readonly RefusedPackage[] {
    const { registry } = this.#powers;
    const stored = new StoredPackages(packages);
    const shelf = {
      make: (slot: number, use: "use" | "look") => this.#plugin(stored.read(slot), setAside, use),
    };
    const refused: RefusedPackage[] = [];
    packages.forEach((one, slot) => {
      const there = registry.look(one.name);
      try {
        if (there === undefined) registry.shelve(one, shelf, slot);
        else if (!isSame(there.package, indexedPackage(stored.read(slot), this.#powers))) {
          throw alreadyThere(one.name, `is installed (${there.manifest.version}); say replace`);
        }
      } catch (error) {
        refused.push({ path: one.path, error: error as TenonError });
      }
    });
    return refused;
  }

  #plugin(
    stored: StoredPackage,
    setAside: ReadonlyMap<string, PluginRecord>,
    use: "use" | "look",
  ): Plugin {
    const { plugins, authority } = this.#powers;
    const { name, version, capabilities: requests } = stored.manifest;
    let source = indexedPackage(stored, this.#powers);
    try {
      const { identity } = source;
      if (use === "use") authority.enlist({ name, version, identity, requests });
    } catch (error) {
      // The scope was valid when the package was indexed and is not any more. The plugin is granted
      // nothing, and its start fails with this error.
      source = unusablePackage(source, error);
    }
    return new Plugin(source, setAside.get(name), undefined, plugins);
  }

  /**
   * Writes the index. Returns the reason where that fails: the next start is slower then, and
   * nothing else is lost.
   */
  async #keep(
    folder: PackageFolder,
    packages: readonly IndexedPackage[],
    offers: string,
  ): Promise<unknown> {
    try {
      const { sha256 } = this.#powers.reading;
      await folder.keepIndex(await writeIndex(packages, offers, sha256));
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

/** Compares the folder with its index: the packages that are the same, and the other files. */
function compare(
  files: readonly PackageFile[],
  known: readonly IndexedPackage[],
): { readonly same: readonly IndexedPackage[]; readonly others: readonly PackageFile[] } {
  const isAsBefore = (file: PackageFile, one: IndexedPackage | undefined): boolean =>
    one !== undefined &&
    one.path === file.path &&
    one.stamp.every((figure, position) => figure === file.stamp[position]);
  if (
    files.length === known.length &&
    files.every((file, position) => isAsBefore(file, known[position]))
  ) {
    return { same: known, others: [] };
  }
  const byPath = new Map(known.map((one) => [one.path, one]));
  const same: IndexedPackage[] = [];
  const others: PackageFile[] = [];
  for (const file of files) {
    const one = byPath.get(file.path);
    if (isAsBefore(file, one)) same.push(one!);
    else others.push(file);
  }
  return { same, others };
}

/** Everything that decides whether a package passes, apart from the package. */
function offersOf({ reading, application }: FolderInstallerPowers): string {
  const { offers, rules, capabilities = [] } = reading;
  const interfaces = offers.map((offer) => [
    offer.name,
    offer.capability?.name,
    ...namesWhere(offer, ({ ungated = false }) => ungated),
  ]);
  return JSON.stringify([
    rulesText(rules),
    application,
    interfaces,
    Array.from(capabilities, ({ name }) => name),
  ]);
}
