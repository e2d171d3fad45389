// Generated from wit/ by scripts/generate-types.ts. Do not edit.
/** @module Interface tenon:plugin/types@0.1.0 **/
/**
 * JSON text (RFC 8259) in UTF-8. The host refuses more than 1 MiB of it and more than 64 levels.
 */
export type Json = string;
/**
 * Why the host did not do what was asked. Shared by every interface that a grant opens.
 */
export type Refusal =
  | {
    /**
     * No grant covers it. The text is for a person; do not branch on it.
     */
    tag: 'denied',
    val: string,
  }
  | {
    /**
     * This host, or this platform, does not have it.
     */
    tag: 'unavailable',
    val: string,
  }
  | {
    /**
     * A limit of this plugin is used up; the text names the limit.
     */
    tag: 'quota',
    val: string,
  }
  | {
    /**
     * The person or the host called it off.
     */
    tag: 'cancelled',
  };
/**
 * A half-open range of UTF-8 byte offsets: `start` is in, `end` is out, `start <= end`.
 */
export interface ByteRange {
  start: number,
  end: number,
}
