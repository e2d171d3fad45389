/** Folders of packages, and what the host wants to know of each when it meets it again. */
export interface PackageFolders {
  /**
   * Every `.wasm` in the folder and in the folders in it, by path. Reads none of them. Rejects with
   * `package-unreadable`.
   */
  list(folder: URL | string): Promise<PackageFolder>;
}

export interface PackageFolder {
  readonly folder: string;
  readonly files: readonly PackageFile[];
  /** What `keepIndex` was given last, byte for byte or damaged. Undefined: nothing that is the user's own. */
  readIndex(): Promise<Uint8Array | undefined>;
  /** Nobody ever finds half of it. Rejects where it can't be kept. */
  keepIndex(bytes: Uint8Array): Promise<void>;
}

export interface PackageFile {
  readonly path: string;
  /** Of the manifest beside it: `NAME.json` for `NAME.wasm`. */
  readonly manifest: string | undefined;
  /**
   * Another one than before where either file has been written since, as far as the folder tells. Of the
   * same length each time.
   */
  readonly stamp: readonly number[];
}
