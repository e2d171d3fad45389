import type { Isolation } from "../../catalogues/isolations.ts";
import { TenonError } from "../../errors.ts";
import { identityText } from "../../identity/identity.ts";
import { MOST_SIGNATURE } from "../../identity/signature.ts";
import {
  readPackage,
  type Package,
  type PackageContents,
  type ReadPackageOptions,
} from "./package.ts";
import type { StoredPackage } from "./package-index.ts";
import { sameJson } from "../../capability/scope.ts";

/** Made by HostParts (`host/parts.ts`), with the rest of FolderInstallerPowers. */
export interface IndexedPackagePowers {
  readonly reading: Omit<ReadPackageOptions, "manifest" | "signature" | "place" | "digest">;
  /** See Platform. */
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array>;
  /** In bytes. */
  readonly maxSize: number;
}

/**
 * A package that is known from an index. Its bytes are read when it is first compiled. They must be
 * those that were indexed, and they are checked in full, as for a new package.
 */
export function indexedPackage(stored: StoredPackage, powers: IndexedPackagePowers): Package {
  const { digest, size, manifest, identity, path, manifestPath, signaturePath, place } = stored;
  let links: PackageContents["links"] | undefined;
  let isolation: Isolation | undefined;
  const load = async (): Promise<PackageContents> => {
    const { read, reading, maxSize } = powers;
    const beside = manifestPath === undefined ? undefined : await read(manifestPath, maxSize);
    const signature =
      signaturePath === undefined ? undefined : await read(signaturePath, MOST_SIGNATURE);
    const bytes = await read(path, maxSize);
    const options = { ...reading, digest, maxSize, place, signature };
    const found = await readPackage(bytes, beside ? { ...options, manifest: beside } : options);
    const isSigner = identityText(found.identity) === identityText(identity);
    if (isSigner && sameJson(found.manifest, manifest)) {
      ({ links } = found.contained);
      return found.contained;
    }
    throw new TenonError(
      "package-digest-mismatch",
      `the ${isSigner ? "manifest" : "signature"} of ${path} is not the one that was indexed: install the folder again`,
      { plugin: manifest.name, operation: "install" },
    );
  };
  // The bytes are not kept: thousands of plugins may run, and what runs is the compiled code.
  return {
    digest,
    size,
    manifest,
    identity,
    isolation: () => (isolation ??= powers.reading.isolation?.(manifest, identity) ?? "thread"),
    contents: load,
    links: async () => links ?? (await load()).links,
  };
}

/**
 * Makes a package that fails with `error` when it is used, for one that this host can't use any
 * more.
 */
export function unusablePackage(source: Package, error: unknown): Package {
  const refuse = (): Promise<never> => Promise.reject(error);
  return { ...source, contents: refuse, links: refuse };
}
