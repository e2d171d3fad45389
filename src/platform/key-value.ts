import { TenonError } from "../errors.ts";

/**
 * Durable storage: a space of named buckets for each owner. The names are data, never paths.
 *
 * A failure of the storage is a TenonError `storage-failed`; nothing was written then.
 */
export interface KeyValueStore {
  /** The store's name, for messages. */
  readonly name: string;
  /** Whether operations return promises (a browser's database) or results (an embedded one). */
  readonly waits: boolean;
  /** Whether an acknowledged write survives a crash of the process. */
  readonly durable: boolean;
  /** The space of one owner; made with its first write. */
  space(owner: string): KeyValueSpace;
  /** Deletes everything that the owner stored. */
  erase(owner: string): void | Promise<void>;
  /** Releases files and memory. Later operations fail with `storage-failed`. */
  [Symbol.dispose](): void;
}

/** Keys are well-formed strings of 1 to 512 bytes of UTF-8 without U+0000: the caller checks. */
export interface KeyValueSpace {
  /**
   * Makes the bucket where there is none yet. Returns false, and makes none, where the space has
   * `limit` others already.
   */
  openBucket(bucket: string, limit: number): boolean | Promise<boolean>;
  /** Returns the entry under a key; undefined where there is none. */
  get(bucket: string, key: string): StoredEntry | undefined | Promise<StoredEntry | undefined>;
  /** Writes an entry where the rule holds, and says what became of it. */
  write(
    bucket: string,
    key: string,
    value: Uint8Array,
    rule: WriteRule,
  ): WriteOutcome | Promise<WriteOutcome>;
  /** Returns whether there was such a key. */
  delete(bucket: string, key: string): boolean | Promise<boolean>;
  /** Keys that start with `prefix` and come after `after`, ascending by their UTF-8 bytes. */
  keys(bucket: string, range: KeyRange): readonly string[] | Promise<readonly string[]>;
  /** How much the space holds now: the sum of `entryCost`. */
  usedBytes(): number | Promise<number>;
}

/** A stored value with what is known of it. */
export interface StoredEntry {
  /** A copy: the caller may keep it and change it. */
  readonly value: Uint8Array;
  /** Unique within the bucket: every write gives a greater one, and none is given twice. */
  readonly revision: bigint;
}

/** Which keys of a bucket to list. */
export interface KeyRange {
  /** What the keys begin with; empty: all. */
  readonly prefix: string;
  /** Keys up to this one are passed over. Undefined: from the first. */
  readonly after: string | undefined;
  /** The most keys to return, 1 or more. */
  readonly limit: number;
}

/** When a write is made. */
export interface WriteRule {
  /**
   * Which entry the write may replace. A number: only the entry with this revision; `absent`: none,
   * the key must be new; `any`: whatever is there.
   */
  readonly when: bigint | "absent" | "any";
  /** Writes only where the whole space holds at most this many bytes afterwards. */
  readonly quotaBytes: number;
}

/** What became of a write. `conflict`: the entry had another revision than the rule names. */
export type WriteOutcome =
  | { readonly tag: "written"; readonly revision: bigint }
  | { readonly tag: "conflict" }
  | { readonly tag: "over-quota" };

/** What one entry counts for: its key and value in bytes, and 64 for keeping it. */
export function entryCost(keyBytes: number, valueBytes: number): number {
  return keyBytes + valueBytes + 64;
}

/** What operations throw on a store that was disposed of. */
export function storageClosed(): TenonError {
  return new TenonError("storage-failed", "the storage is closed");
}
