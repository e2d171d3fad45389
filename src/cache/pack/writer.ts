import { metadataSize, textSize, writeMetadata, writeText } from "../levels/metadata-bytes.ts";
import type { Checksum } from "../levels/crc32.ts";
import type { EntryMetadata } from "../levels/level.ts";
import { HEAD, KIND, deleteMeta, recordSize, voidHead, writeHead } from "./record.ts";
import { SEGMENT_HEAD, type Segment } from "./segment.ts";
import type { Slot } from "./slots.ts";

/** A payload up to this many bytes is copied behind its head and written with it in one piece. */
const INLINE = 1 << 15;
const ZEROS = new Uint8Array(SEGMENT_HEAD);

export interface Put {
  readonly key: string;
  readonly metadata: EntryMetadata;
  readonly payload: Uint8Array;
  readonly stamp: number;
  readonly origin: number;
}

/**
 * Makes records and appends them to segments. A record that couldn't be written leaves the
 * segment's end where it was: the next one takes its place.
 */
export class Writer {
  readonly #checksum: Checksum;
  #scratch = new Uint8Array(INLINE * 2);
  #view = new DataView(this.#scratch.buffer);

  constructor(checksum: Checksum) {
    this.#checksum = checksum;
  }

  /** An upper bound of what `put` takes. */
  static putSize(key: string, metadata: EntryMetadata, payload: Uint8Array): number {
    return HEAD + textSize(key) + metadataSize(metadata) + payload.byteLength + 8;
  }

  put(segment: Segment, put: Put): Slot {
    const { key, metadata, payload, stamp, origin } = put;
    this.#reserve(HEAD + textSize(key) + metadataSize(metadata) + INLINE + 8);
    const scratch = this.#scratch;
    const metaEnd = writeMetadata(scratch, this.#view, writeText(scratch, HEAD, key), metadata);
    const head = {
      kind: KIND.put,
      metaLength: metaEnd - HEAD,
      payloadLength: payload.byteLength,
      payloadChecksum: this.#checksum(payload, segment.seed),
      origin,
      stamp,
    };
    writeHead(scratch, this.#view, 0, head, segment, this.#checksum);
    const size = recordSize(head);
    if (payload.byteLength <= INLINE) {
      scratch.set(payload, metaEnd);
      scratch.fill(0, metaEnd + payload.byteLength, size);
      segment.file.write(segment.end, [scratch.subarray(0, size)]);
    } else {
      const pad = ZEROS.subarray(0, size - metaEnd - payload.byteLength);
      segment.file.write(segment.end, [scratch.subarray(0, metaEnd), payload, pad]);
    }
    const at = segment.end;
    segment.end += size;
    return { key, segment, at, head, metadata, visited: false, masks: [] };
  }

  /**
   * Appends a deletion of as many of the keys, from `from` on, as fit before `limit`. Returns where
   * the next one is.
   */
  delete(
    segment: Segment,
    slots: readonly Slot[],
    from: number,
    limit: number,
    written: { readonly stamp: number; readonly origin: number },
  ): { readonly at: number; readonly head: Slot["head"]; readonly next: number } {
    const { meta, next } = deleteMeta(slots, from, limit - segment.end - HEAD - 8);
    const at = segment.end;
    const head = this.#append(segment, KIND.delete, meta, written);
    return { at, head, next };
  }

  seal(segment: Segment, written: { readonly stamp: number; readonly origin: number }): void {
    this.#append(segment, KIND.seal, ZEROS.subarray(0, 0), written);
    segment.isSealed = true;
  }

  /** Deletes a record where it lies: it takes no room. Throws where it can't be done. */
  void(slot: Slot): void {
    const { segment, at } = slot;
    const bytes = segment.file.read(at, HEAD);
    if (bytes.byteLength < HEAD) return;
    voidHead(bytes, segment, this.#checksum);
    segment.file.write(at, [bytes]);
  }

  #append(
    segment: Segment,
    kind: number,
    meta: Uint8Array,
    written: { readonly stamp: number; readonly origin: number },
  ): Slot["head"] {
    const head = {
      kind,
      metaLength: meta.byteLength,
      payloadLength: 0,
      payloadChecksum: 0,
      ...written,
    };
    const size = recordSize(head);
    this.#reserve(size);
    this.#scratch.set(meta, HEAD);
    this.#scratch.fill(0, HEAD + meta.byteLength, size);
    writeHead(this.#scratch, this.#view, 0, head, segment, this.#checksum);
    segment.file.write(segment.end, [this.#scratch.subarray(0, size)]);
    segment.end += size;
    return head;
  }

  #reserve(size: number): void {
    if (size <= this.#scratch.byteLength) return;
    this.#scratch = new Uint8Array(size);
    this.#view = new DataView(this.#scratch.buffer);
  }
}
