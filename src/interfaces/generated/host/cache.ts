// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/cache@0.1.0 **/
export type Refusal = import('./types.ts').Refusal;
export type Error =
  | {
    tag: 'refused',
    val: Refusal,
  }
  | {
    /**
     * Keys and tags are 1 to 512 bytes of UTF-8 without U+0000; names of namespaces 1 to 64 of
     * `a-z 0-9 - _ .`.
     */
    tag: 'invalid-key',
    val: string,
  }
  | {
    /**
     * The value is over the limit, which is given in bytes (1 MiB), or over the quota: then that.
     */
    tag: 'too-large',
    val: bigint,
  }
  | {
    /**
     * More than 16 tags, or more than 64 keys to depend on; the limit is given.
     */
    tag: 'too-many',
    val: number,
  };
/**
 * How long an entry is good and what takes it out.
 */
export interface Keeping {
  /**
   * Milliseconds. `none`: for as long as the host keeps it.
   */
  ttlMs?: bigint,
  /**
   * For `invalidate-tag`.
   */
  tags: Array<string>,
  /**
   * Keys of the same namespace that it was made from, whether they are there or not.
   */
  dependsOn: Array<string>,
}

export declare class Namespace {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  static open(name: string): Namespace;
  /**
  * `none` is a miss: it was never there, it is too old, or the host dropped it.
  */
  get(key: string): Uint8Array | undefined;
  /**
  * Writes, whatever was there. What was made from an earlier value stays: `invalidate` first
  * where it must not.
  */
  set(key: string, value: Uint8Array, keeping: Keeping): void;
  /**
  * Takes the entry out, and every entry that depends on its key, directly or not.
  */
  invalidate(key: string): void;
  /**
  * Takes out the entries with this tag, and every entry that depends on one of them.
  */
  invalidateTag(tag: string): void;
}
