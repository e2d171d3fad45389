import { TenonError } from "../../errors.ts";
import type { EntryMetadata } from "./level.ts";
import { strictUtf8, utf8Encoder } from "../../utf8.ts";

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

/** Reads texts and metadata from bytes. Throws `cache-value` on bytes that are neither. */
export class MetadataReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  text(): string {
    const start = this.#need(2) + 2;
    const end = start + this.#view.getUint16(start - 2, true);
    if (end > this.#bytes.byteLength) throw malformed();
    this.#at = end;
    return decode(this.#bytes.subarray(start, end));
  }

  metadata(): EntryMetadata {
    const at = this.#need(TIMES + 1);
    const time = (index: number): number => {
      const value = this.#view.getFloat64(at + index * 8, true);
      if (Number.isNaN(value)) throw malformed();
      return value;
    };
    const flags = this.#bytes[at + TIMES]!;
    this.#at = at + TIMES + 1;
    const run = this.text();
    const list = (): readonly string[] => ((flags & PLAIN) === 0 ? this.#list() : NONE);
    return {
      created: time(0),
      freshUntil: time(1),
      staleUntil: time(2),
      keepUntil: time(3),
      absent: (flags & ABSENT) !== 0,
      dependsOn: list(),
      tags: list(),
      events: list(),
      run,
    };
  }

  #list(): readonly string[] {
    const at = this.#need(4);
    const count = this.#view.getUint32(at, true);
    this.#at = at + 4;
    if (count * 2 > this.left) throw malformed();
    return Array.from({ length: count }, () => this.text());
  }

  #need(bytes: number): number {
    if (this.left < bytes) throw malformed();
    return this.#at;
  }
}

const NONE: readonly string[] = [];

function decode(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new TenonError("cache-value", "the bytes don't describe an entry", { cause });
  }
}

function malformed(): TenonError {
  return new TenonError("cache-value", "the bytes don't describe an entry");
}
