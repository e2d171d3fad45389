import { TenonError } from "../../errors.ts";
import { MOST_SIGNATURE, signatureSuffix } from "../../identity/signature.ts";
import type { SourceFolder } from "../../platform/package-folders.ts";
import { readPackage, type ReadPackageOptions } from "../package/package.ts";
import { findSource, fileNameOf, type FoundSource } from "../package/source-files.ts";
import type { InstallFolderOptions, RefusedPackage } from "./folder-installer.ts";
import type { Installer } from "./installer.ts";

/** Made by FolderInstaller (`folder-installer.ts`). */
export interface FolderSourcesPowers {
  readonly reading: Omit<ReadPackageOptions, "maxSize">;
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array>;
  readonly maxSize: number;
  readonly installer: Pick<Installer, "install">;
}

interface Candidate {
  readonly path: string;
  readonly found: FoundSource;
}

/**
 * Installs the plugins from source in folders: those of `package.json` with the key `tenon`, and files that
 * begin with a manifest. They are small, and are read each time.
 */
export class FolderSources {
  readonly #powers: FolderSourcesPowers;

  constructor(powers: FolderSourcesPowers) {
    this.#powers = powers;
  }

  /** Answers how many are installed. Adds to `refused` those that are not. */
  async install(
    folders: readonly SourceFolder[],
    { replace, place }: InstallFolderOptions,
    refused: RefusedPackage[],
  ): Promise<number> {
    const { reading, maxSize, installer } = this.#powers;
    let plugins = 0;
    for await (const { path, found } of this.#candidates(folders, refused)) {
      const { bytes, file, manifest } = found;
      try {
        const signature = await this.#signatureOf(path);
        const options = { ...reading, maxSize, manifest, file, signature, place };
        const read = await readPackage(bytes, options);
        await installer.install(read, replace);
        plugins += 1;
      } catch (error) {
        refused.push({ path, error: error as TenonError });
      }
    }
    return plugins;
  }

  /** Undefined: there is none. */
  async #signatureOf(path: string): Promise<Uint8Array | undefined> {
    const { read } = this.#powers;
    try {
      return await read(`${path}${signatureSuffix}`, MOST_SIGNATURE);
    } catch (error) {
      if (error instanceof TenonError && error.code === "package-unreadable") return undefined;
      throw error;
    }
  }

  async *#candidates(
    folders: readonly SourceFolder[],
    refused: RefusedPackage[],
  ): AsyncGenerator<Candidate> {
    const { languages = [] } = this.#powers.reading;
    if (languages.length === 0) return;
    for (const { description, files } of folders) {
      const whole = description === undefined ? undefined : await this.#found(description, refused);
      if (whole !== undefined) yield whole;
      if (whole !== undefined) continue;
      for (const path of files) {
        const one = (await this.#isPlugin(path)) ? await this.#found(path, refused) : undefined;
        if (one !== undefined) yield one;
      }
    }
  }

  /** Whether a file says of itself that it is a plugin: others are parts of one, or something else. */
  async #isPlugin(path: string): Promise<boolean> {
    const { reading, read, maxSize } = this.#powers;
    const file = fileNameOf(path);
    const readers = (reading.languages ?? []).filter((reader) => reader.isNamed(file));
    if (readers.length === 0) return false;
    try {
      const bytes = await read(path, maxSize);
      return readers.some((reader) => reader.recognizes(bytes));
    } catch {
      return false;
    }
  }

  async #found(path: string, refused: RefusedPackage[]): Promise<Candidate | undefined> {
    const { reading, read, maxSize } = this.#powers;
    const platform = { read: (at: URL | string, most: number) => read(String(at), most) };
    try {
      const found = await findSource(path, reading.languages ?? [], platform, maxSize);
      return found && { path, found };
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      refused.push({ path, error });
      return undefined;
    }
  }
}
