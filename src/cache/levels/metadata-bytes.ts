import { ByteReader } from "../codec/byte-reader.ts";
import type { EntryMetadata } from "./level.ts";
import { utf8Encoder } from "../../utf8.ts";

/**
 * An entry's metadata as bytes, little-endian: four times as doubles; a byte of flags; then the run
 * and the lists of sources, each string with its length in two bytes before it, each list with its
 * count in four.
 */
const TIMES = 32;
const ABSENT = 1;
/** No lists follow: the case of most entries. */
const PLAIN = 2;

/** An upper bound of what `writeMetadata` writes. */
export function metadataSize(metadata: EntryMetadata): number {
  const { run, dependsOn, tags, events } = metadata;
  let size = TIMES + 1 + 12 + textSize(run);
  for (const text of dependsOn) size += textSize(text);
  for (const text of tags) size += textSize(text);
  for (const text of events) size += textSize(text);
  return size;
}

export function textSize(text: string): number {
  return 2 + text.length * 3;
}

/** Returns where it ends. */
export function writeMetadata(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  metadata: EntryMetadata,
): number {
  const { dependsOn, tags, events } = metadata;
  view.setFloat64(at, metadata.created, true);
  view.setFloat64(at + 8, metadata.freshUntil, true);
  view.setFloat64(at + 16, metadata.staleUntil, true);
  view.setFloat64(at + 24, metadata.keepUntil, true);
  const isPlain = dependsOn.length + tags.length + events.length === 0;
  bytes[at + TIMES] = (metadata.absent ? ABSENT : 0) | (isPlain ? PLAIN : 0);
  let end = writeText(bytes, at + TIMES + 1, metadata.run);
  if (isPlain) return end;
  for (const list of [dependsOn, tags, events]) {
    view.setUint32(end, list.length, true);
    end += 4;
    for (const text of list) end = writeText(bytes, end, text);
  }
  return end;
}

/** Texts of up to 21,845 UTF-16 units, well formed. Returns where it ends. */
export function writeText(bytes: Uint8Array, at: number, text: string): number {
  const start = at + 2;
  let end = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f || i > 40) {
      end = start + utf8Encoder.encodeInto(text, bytes.subarray(start)).written;
      break;
    }
    bytes[end++] = unit;
  }
  bytes[at] = (end - start) & 0xff;
  bytes[at + 1] = (end - start) >>> 8;
  return end;
}

/** Reads texts and metadata. Throws `cache-value` on bytes that are neither. */
export function metadataReader(bytes: Uint8Array): ByteReader {
  return new ByteReader(bytes, "the bytes don't describe an entry");
}

export function readText(from: ByteReader): string {
  return from.utf8(from.u16());
}

export function readMetadata(from: ByteReader): EntryMetadata {
  const created = readTime(from);
  const freshUntil = readTime(from);
  const staleUntil = readTime(from);
  const keepUntil = readTime(from);
  const flags = from.byte();
  const run = readText(from);
  const list = (): readonly string[] => ((flags & PLAIN) === 0 ? readList(from) : NONE);
  return {
    created,
    freshUntil,
    staleUntil,
    keepUntil,
    absent: (flags & ABSENT) !== 0,
    dependsOn: list(),
    tags: list(),
    events: list(),
    run,
  };
}

const NONE: readonly string[] = [];

function readTime(from: ByteReader): number {
  const value = from.double();
  if (Number.isNaN(value)) throw from.malformed();
  return value;
}

function readList(from: ByteReader): readonly string[] {
  const count = from.u32();
  if (count * 2 > from.left) throw from.malformed();
  return Array.from({ length: count }, () => readText(from));
}
