// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/text@0.1.0 **/
/**
 * Opens a document that the application has open, by its URI.
 */
export declare function open(uri: string): Document;
export type Refusal = import('./types.ts').Refusal;
export type ByteRange = import('./types.ts').ByteRange;
/**
 * Replaces a range; an empty range inserts, an empty `insert` deletes.
 */
export interface Edit {
  range: ByteRange,
  insert: string,
}
/**
 * Zero-based line, and UTF-8 bytes from the start of that line.
 */
export interface Point {
  line: number,
  column: number,
}
export type Error =
  | {
    tag: 'refused',
    val: Refusal,
  }
  | {
    /**
     * The document has moved on to this version: take a new snapshot, or `changes-since`.
     */
    tag: 'stale',
    val: bigint,
  }
  | {
    /**
     * The offset (or line) that is past the end.
     */
    tag: 'out-of-range',
    val: number,
  }
  | {
    /**
     * The offset that is inside a character.
     */
    tag: 'inside-character',
    val: number,
  }
  | {
    /**
     * The index of the edit that is out of order or overlaps the one before it.
     */
    tag: 'overlapping',
    val: number,
  }
  | {
    tag: 'read-only',
  }
  | {
    /**
     * Over the limit, in bytes: 4 MiB for a slice, 4 MiB of inserted text a batch, 64 KiB for what
     * is looked for, the host's limit for a document (64 MiB unless it says otherwise).
     */
    tag: 'too-large',
    val: number,
  }
  | {
    tag: 'no-such-document',
  };
/**
 * How one version became another. Ranges refer to `from-version`; sorted, without overlap.
 */
export interface Change {
  fromVersion: bigint,
  toVersion: bigint,
  edits: Array<Edit>,
}
/**
 * A range of an earlier version, and the range of what is in its place now.
 */
export interface ChangedRange {
  before: ByteRange,
  after: ByteRange,
}
/**
 * What became of edits that were made for an earlier version.
 */
export type Rebased =
  | {
    /**
     * The new version.
     */
    tag: 'applied',
    val: bigint,
  }
  | {
    /**
     * Nothing was done: the index of the first edit whose place was itself changed since, which is
     * where both replace the same text, or one inserts inside of what the other replaces.
     */
    tag: 'conflict',
    val: number,
  };
/**
 * # Variants
 *
 * ## `"hint"`
 *
 * ## `"info"`
 *
 * ## `"warning"`
 *
 * ## `"error"`
 */
export type Severity = 'hint' | 'info' | 'warning' | 'error';
/**
 * A mark over a range: a diagnostic, a highlight.
 */
export interface Mark {
  range: ByteRange,
  kind: string,
  severity?: Severity,
  message?: string,
}

export declare class Document {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  uri(): string;
  /**
  * A language identifier such as `markdown` or `rust`; `plain` when unknown.
  */
  language(): string;
  snapshot(): Snapshot;
  /**
  * What happened since a version, as one change; `none` when the host no longer knows (take a new
  * snapshot). The host knows of the last 1,000 changes, less where they have more than 20,000
  * edits or insert more than a million UTF-16 units together. `snapshot.changed-since` tells the
  * places alone.
  */
  changesSince(version: bigint): Change | undefined;
  /**
  * Applies a batch of edits to version `base`: all or nothing. Edits are sorted by range, do not
  * overlap, and refer to `base`. At most 10,000 at once; more is `refused(quota)`. Answers the new
  * version.
  */
  apply(base: bigint, edits: Array<Edit>): bigint;
  /**
  * As `apply`, for a version `base` that others may have changed since: the edits go to where
  * their places are now; of two insertions at one place, the later one goes last. `stale` when the
  * host no longer knows what happened since. Offsets in errors refer to `base`.
  */
  rebase(base: bigint, edits: Array<Edit>): Rebased;
  /**
  * Replaces the marks of one of the plugin's own layers; none takes the layer away. At most
  * 10,000 marks a layer and 16 layers a document; more is `refused(quota)`. Their kinds and
  * messages may have 1 MiB together, with hidden characters written out; more is `too-large`. A
  * mark lies between characters, as an edit does.
  */
  annotate(base: bigint, layer: string, marks: Array<Mark>): void;
}

export declare class Snapshot {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  version(): bigint;
  /**
  * In UTF-8 bytes.
  */
  size(): number;
  /**
  * At least 1.
  */
  lines(): number;
  /**
  * As much of the text from `start` on as fits into `max-bytes` without splitting a character;
  * 4 MiB at most, whatever is asked for. Empty at the end of the text only, or where `max-bytes`
  * is less than the next character (4 is always enough).
  */
  read(start: number, maxBytes: number): string;
  /**
  * Exactly this range. At most 4 MiB at once.
  */
  slice(range: ByteRange): string;
  /**
  * The range of a line without its line break.
  */
  line(number: number): ByteRange;
  point(offset: number): Point;
  offset(point: Point): number;
  /**
  * The first occurrence at or after `start`, compared byte for byte.
  */
  find(needle: string, start: number): ByteRange | undefined;
  /**
  * Where this text differs from an earlier version's: sorted, none touching the next, at most
  * 1,000 (where there are more, the nearest are joined). All outside of them is as it was. `none`
  * when the host no longer knows, or the version is a later one: read everything again.
  */
  changedSince(version: bigint): Array<ChangedRange> | undefined;
}
