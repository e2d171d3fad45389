/**
 * A folder that was handed over to be read. Paths are lists of segments below it; the caller has
 * checked each segment. The implementation opens them one by one and follows no links. Operations
 * reject with a FileFailure.
 */
export interface FileTree {
  /**
   * What is directly below a folder, in any order, without links, pipes, sockets and devices.
   * Rejects with `too-many` where there are more than `maxEntries` names.
   */
  list(folder: readonly string[], maxEntries: number): Promise<readonly FileEntry[]>;
  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  read(file: readonly string[], offset: number, length: number): Promise<Uint8Array>;
}

/** A file or folder of a `FileTree`. */
export interface FileEntry {
  /** The name, without the folder. */
  readonly name: string;
  readonly kind: "file" | "directory";
  /** In bytes; 0 for a directory. */
  readonly size: number;
}

/**
 * Why a file or folder cannot be read. `too-many`: a folder has more entries than may be listed.
 */
export type FileFailureReason =
  | "not-found"
  | "not-a-file"
  | "not-a-directory"
  | "too-many"
  | "failed";

/** The message is for the host's log, never for a guest. */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
  /** Why the file could not be read. */
  readonly reason: FileFailureReason;

  constructor(reason: FileFailureReason, message: string = reason, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
