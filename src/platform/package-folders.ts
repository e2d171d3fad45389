/** Lists folders of packages and keeps, for each, an index of what was found in them. */
export interface PackageFolders {
  /**
   * Every `.wasm` file in the folder and its subfolders, in order of their paths. No file is read.
   * Rejects with `package-unreadable`.
   */
  list(folder: URL | string): Promise<PackageFolder>;
}

/** A folder of packages, as it was when it was listed. */
export interface PackageFolder {
  /** The folder's path. */
  readonly folder: string;
  /** The components in it. */
  readonly files: readonly PackageFile[];
  /** Where plugins from source may be: the folder itself, and the folders in it. */
  readonly sources: readonly SourceFolder[];
  /**
   * The bytes that `keepIndex` was given last, possibly damaged. Undefined: there are none that
   * belong to the user alone.
   */
  readIndex(): Promise<Uint8Array | undefined>;
  /**
   * Replaces the index as a whole: a reader never finds half of it. Rejects where it can't be
   * written.
   */
  keepIndex(bytes: Uint8Array): Promise<void>;
}

/** A folder that may have plugins from source. */
export interface SourceFolder {
  /** The path of its `package.json`. Undefined: there is none, or it is that of the whole. */
  readonly description: string | undefined;
  /** The paths of its files in JavaScript and TypeScript, in order. */
  readonly files: readonly string[];
}

/** A component in a folder of packages. */
export interface PackageFile {
  /** Its path. */
  readonly path: string;
  /** The path of the manifest beside it, `NAME.json` for `NAME.wasm`. Undefined: there is none. */
  readonly manifest: string | undefined;
  /** The path of the signature beside it, `NAME.wasm.sig`. Undefined: there is none. */
  readonly signature?: string | undefined;
  /**
   * Changes when one of the files is written, as far as the file system tells. Always of the same
   * length.
   */
  readonly stamp: readonly number[];
}
