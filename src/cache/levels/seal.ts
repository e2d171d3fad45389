import {
  metadataReader,
  metadataSize,
  readMetadata,
  readText,
  textSize,
  writeMetadata,
  writeText,
} from "./metadata-bytes.ts";
import { type Checksum, crc32 } from "./crc32.ts";
import type { StoredEntry } from "./level.ts";

/** Magic and version of a sealed entry: "TnE" 1. */
const MAGIC = 0x01456e54;
/**
 * Magic, checksum of the rest, where the payload starts, its length. The key and the metadata
 * follow.
 */
const HEAD = 16;

/**
 * An entry as bytes with its key and a checksum, so that whoever reads them notices if some are
 * missing or if they belong to another key. For levels whose medium keeps bytes under names (a
 * Redis, a file, a database).
 */
export function sealEntry(
  key: string,
  entry: StoredEntry,
  checksum: Checksum = crc32,
): Uint8Array<ArrayBuffer> {
  const { metadata, payload } = entry;
  const sealed = new Uint8Array(HEAD + textSize(key) + metadataSize(metadata) + payload.byteLength);
  const view = new DataView(sealed.buffer);
  const start = writeMetadata(sealed, view, writeText(sealed, HEAD, key), metadata);
  sealed.set(payload, start);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, start, true);
  view.setUint32(12, payload.byteLength, true);
  // What was reserved were upper bounds.
  const whole = sealed.slice(0, start + payload.byteLength);
  new DataView(whole.buffer).setUint32(4, checksum(whole.subarray(8), MAGIC), true);
  return whole;
}

/** Undefined where the bytes are torn, altered, of another version or another key's. */
export function openEntry(
  key: string,
  sealed: Uint8Array,
  checksum: Checksum = crc32,
): StoredEntry | undefined {
  if (sealed.byteLength < HEAD) return undefined;
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return undefined;
  if (view.getUint32(4, true) !== checksum(sealed.subarray(8), MAGIC)) return undefined;
  const start = view.getUint32(8, true);
  if (start + view.getUint32(12, true) !== sealed.byteLength) return undefined;
  try {
    const reader = metadataReader(sealed.subarray(HEAD, start));
    if (readText(reader) !== key) return undefined;
    return { payload: sealed.subarray(start), metadata: readMetadata(reader) };
  } catch {
    return undefined;
  }
}
