// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/workspace@0.1.0 **/
/**
 * Lists what is below `path`, in order of path, at most 1,000 entries a page. A page may have
 * fewer, even none, and still not be the last: go by `next`. Without `glob` only the folder itself
 * is listed. With it, the whole tree below, each path matched from `path` on: `*` and `?` match
 * within a segment, `**` as a whole segment any number of them, `{a,b}` either. What it answers
 * may be up to a second old.
 */
export declare function entries(path: string, glob: string | undefined, cursor: string | undefined): Page;
/**
 * Reads at most `length` bytes from `offset`; fewer at the end of the file.
 */
export declare function read(path: string, offset: bigint, length: number): Uint8Array;
export type Refusal = import('./types.ts').Refusal;
/**
 * # Variants
 *
 * ## `"file"`
 *
 * ## `"directory"`
 */
export type Kind = 'file' | 'directory';
export interface Entry {
  /**
   * From the root.
   */
  path: string,
  kind: Kind,
  /**
   * In bytes; 0 for a directory.
   */
  size: bigint,
}
export interface Page {
  entries: Array<Entry>,
  next?: string,
}
export type Error =
  | {
    tag: 'refused',
    val: Refusal,
  }
  | {
    tag: 'not-found',
  }
  | {
    tag: 'not-a-file',
  }
  | {
    tag: 'not-a-directory',
  }
  | {
    /**
     * The most that `read` gives at once, in bytes (4 MiB).
     */
    tag: 'too-large',
    val: bigint,
  }
  | {
    tag: 'invalid-path',
    val: string,
  }
  | {
    tag: 'invalid-glob',
    val: string,
  }
  | {
    tag: 'failed',
  };
