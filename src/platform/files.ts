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

export interface FileEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** In bytes; 0 for a directory. */
  readonly size: number;
}

export type FileFailureReason =
  | "not-found"
  | "not-a-file"
  | "not-a-directory"
  | "too-many"
  | "failed";

/** The message is for the host's log, never for a guest. */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
  readonly reason: FileFailureReason;

  constructor(reason: FileFailureReason, message: string = reason, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
