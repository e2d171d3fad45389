import {
  metadataReader,
  readMetadata,
  readText,
  textSize,
  writeText,
} from "../levels/metadata-bytes.ts";
import type { Checksum } from "../levels/crc32.ts";
import type { EntryMetadata } from "../levels/level.ts";

/**
 * A record of a pack: a head of 40 bytes, `meta`, the payload, zeros up to a multiple of 8.
 *
 *      0  the segment's mark
 *      4  checksum of the head from 8 on, from the segment's seed on
 *      8  kind
 *     12  length of meta
 *     16  length of the payload
 *     20  checksum of meta, from the head's checksum on
 *     24  checksum of the payload, from the segment's seed on
 *     28  origin: a random number of who wrote it first
 *     32  stamp: the newest under a key, of all segments, is what counts; of two with the same
 *         stamp the one with the larger origin
 *
 * Mark and seed are 64 random bits of the segment. So a record that lies in another segment's
 * file, or stayed from what the file was before, or was made up inside a payload, does not count.
 */
export const HEAD = 40;
export const MAX_META: number = 1 << 24;

export const KIND = {
  /** `meta` is the key and its metadata. */
  put: 1,
  /** Meta is a list of keys. */
  delete: 2,
  /** The last one of its segment. */
  seal: 3,
  /** Was a put; the key was deleted with it, in place. */
  void: 4,
} as const;

export interface Head {
  readonly kind: number;
  readonly metaLength: number;
  readonly payloadLength: number;
  readonly metaChecksum: number;
  readonly payloadChecksum: number;
  readonly origin: number;
  readonly stamp: number;
}

/** Bytes that a record with this head takes. */
export function recordSize(head: Pick<Head, "metaLength" | "payloadLength">): number {
  return (HEAD + head.metaLength + head.payloadLength + 7) & ~7;
}

export interface Salt {
  readonly mark: number;
  readonly seed: number;
}

/** Writes the head at `at`, in front of `meta`, which is there already. */
export function writeHead(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  head: Omit<Head, "metaChecksum">,
  { mark, seed }: Salt,
  checksum: Checksum,
): void {
  const metaAt = at + HEAD;
  view.setUint32(at, mark, true);
  view.setUint32(at + 8, head.kind, true);
  view.setUint32(at + 12, head.metaLength, true);
  view.setUint32(at + 16, head.payloadLength, true);
  const metaChecksum = checksum(bytes.subarray(metaAt, metaAt + head.metaLength), seed);
  view.setUint32(at + 20, metaChecksum, true);
  view.setUint32(at + 24, head.payloadChecksum, true);
  view.setUint32(at + 28, head.origin, true);
  view.setFloat64(at + 32, head.stamp, true);
  view.setUint32(at + 4, checksum(bytes.subarray(at + 8, metaAt), seed), true);
}

/** Makes the head of a put that of a void record. */
export function voidHead(bytes: Uint8Array, { seed }: Salt, checksum: Checksum): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(8, KIND.void, true);
  view.setUint32(4, checksum(bytes.subarray(8, HEAD), seed), true);
}

/** Undefined where the bytes don't start with a head of the segment with this seed. */
export function readHead(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  { mark, seed }: Salt,
  checksum: Checksum,
): Head | undefined {
  if (at + HEAD > bytes.byteLength || view.getUint32(at, true) !== mark) return undefined;
  if (view.getUint32(at + 4, true) !== checksum(bytes.subarray(at + 8, at + HEAD), seed)) {
    return undefined;
  }
  const head = {
    kind: view.getUint32(at + 8, true),
    metaLength: view.getUint32(at + 12, true),
    payloadLength: view.getUint32(at + 16, true),
    metaChecksum: view.getUint32(at + 20, true),
    payloadChecksum: view.getUint32(at + 24, true),
    origin: view.getUint32(at + 28, true),
    stamp: view.getFloat64(at + 32, true),
  };
  return head.metaLength <= MAX_META && head.payloadLength < 2 ** 31 ? head : undefined;
}

/** Undefined if the bytes are no metadata of a record. */
export function readPutMeta(
  meta: Uint8Array,
): { key: string; metadata: EntryMetadata } | undefined {
  try {
    const reader = metadataReader(meta);
    return { key: readText(reader), metadata: readMetadata(reader) };
  } catch {
    return undefined;
  }
}

export function readDeleteMeta(meta: Uint8Array): string[] {
  const keys: string[] = [];
  try {
    for (const reader = metadataReader(meta); reader.left > 0;) keys.push(readText(reader));
  } catch {
    // Those that could be read.
  }
  return keys;
}

/** As many of the keys, from `from` on, as fit into `room` bytes. */
export function deleteMeta(
  keyed: readonly { readonly key: string }[],
  from: number,
  room: number,
): { meta: Uint8Array; next: number } {
  let size = 0;
  let next = from;
  while (next < keyed.length && size + textSize(keyed[next]!.key) <= room) {
    size += textSize(keyed[next]!.key);
    next += 1;
  }
  const bytes = new Uint8Array(size);
  let end = 0;
  for (let i = from; i < next; i++) end = writeText(bytes, end, keyed[i]!.key);
  return { meta: bytes.subarray(0, end), next };
}
