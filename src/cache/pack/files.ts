import type { Checksum } from "../levels/crc32.ts";

/**
 * A folder for the files of a pack, as a power: synchronous, since a write to the page cache takes
 * less than a promise does. Everything throws where the medium fails.
 */
export interface PackFiles {
  /**
   * Names the process, so that another one can ask whether it is still there. At most 80 bytes
   * of UTF-8.
   */
  readonly owner: string;
  /** Whether the process of that name is running. */
  isAlive(owner: string): boolean;
  /** Files whose names end in `.pack`, ordinary ones only. Makes the folder where there is none. */
  list(): readonly PackFileInfo[];
  /** Makes a file that wasn't there, for reading and writing. */
  create(name: string): PackFile;
  /**
   * Opens a file that is there, for reading and, where that's allowed, writing. Undefined where
   * there is none by now.
   */
  open(name: string): PackFile | undefined;
  /** Renames a file, and replaces the one that has that name. */
  rename(from: string, to: string): void;
  /** Fine where there is none by now. */
  remove(name: string): void;
  /** Default: `crc32`. */
  readonly checksum?: Checksum;
}

/** A file, as a folder lists it. */
export interface PackFileInfo {
  /** Its name, without the folder. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last written to, in milliseconds since 1970. */
  readonly modified: number;
}

/** A file that is open for reading and writing. */
export interface PackFile {
  /** Its size in bytes. */
  size(): number;
  /** Up to `length` bytes from `at`, in memory of their own; fewer at the file's end. */
  read(at: number, length: number): Uint8Array<ArrayBuffer>;
  /**
   * All of `parts`, one after the other, from `at`. The file grows as needed. The caller may
   * reuse the memory afterwards.
   */
  write(at: number, parts: readonly Uint8Array[]): void;
  /** Returns when what was written survives a crash of the machine. */
  sync(): void;
  /** Closes the file. */
  close(): void;
}
