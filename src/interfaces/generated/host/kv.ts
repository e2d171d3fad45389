// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/kv@0.1.0 **/
export type Refusal = import('./types.ts').Refusal;
export type Error =
  | {
    tag: 'refused',
    val: Refusal,
  }
  | {
    /**
     * Keys are 1 to 512 bytes of UTF-8 without U+0000; bucket names 1 to 64 of `a-z 0-9 - _ .`.
     */
    tag: 'invalid-key',
    val: string,
  }
  | {
    /**
     * The value is over the limit, which is given in bytes (1 MiB).
     */
    tag: 'too-large',
    val: bigint,
  }
  | {
    /**
     * `compare-and-set` found another revision than the one named.
     */
    tag: 'conflict',
  }
  | {
    /**
     * The storage failed. Nothing was written.
     */
    tag: 'failed',
  };
export interface Entry {
  value: Uint8Array,
  /**
   * Grows with every write to the bucket; never used twice.
   */
  revision: bigint,
}
export interface Page {
  /**
   * In ascending order of their UTF-8 bytes.
   */
  keys: Array<string>,
  /**
   * Give it back to `keys` for the next page; `none` on the last.
   */
  next?: string,
}

export declare class Bucket {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Opens a bucket, making it where it is not there yet. At most 16 a plugin.
  */
  static open(name: string): Bucket;
  get(key: string): Entry | undefined;
  /**
  * Writes, whatever was there. Answers the new revision.
  */
  set(key: string, value: Uint8Array): bigint;
  /**
  * Writes only where the entry's revision is the one given; `none` means "not there yet".
  */
  compareAndSet(key: string, revision: bigint | undefined, value: Uint8Array): bigint;
  /**
  * Answers whether there was such a key.
  */
  'delete'(key: string): boolean;
  /**
  * The keys that start with `prefix`, `limit` (1 to 1000) a page.
  */
  keys(prefix: string, cursor: string | undefined, limit: number): Page;
}
