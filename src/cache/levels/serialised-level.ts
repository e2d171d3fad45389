import type { CacheLevel, EntrySummary, LevelListener, LevelSize, StoredEntry } from "./level.ts";
import { anObject, callable, limit, needed, type Rules, text } from "../../option-rules.ts";
import { checkCacheOptions } from "../entry-options.ts";
import { checkLimited, LIMIT_RULES } from "./memory-level.ts";
import { type LevelLimits, Sieve, type Slot } from "../sieve.ts";

/** How large payloads are made smaller. */
export interface Compression {
  /** Payloads smaller than this many bytes stay as they are. Default: 1,024. */
  readonly minBytes?: number;
  /** Returns the compressed bytes. */
  compress(bytes: Uint8Array): Uint8Array;
  /** `size` is what it must come to. */
  decompress(bytes: Uint8Array, size: number): Uint8Array;
}

/** Options of `serialisedLevel`. */
export interface SerialisedLevelOptions extends LevelLimits {
  /** Default: "serialised". */
  readonly name?: string;
  /** Default: none. A payload stays uncompressed where that would save less than an eighth. */
  readonly compression?: Compression;
}

const RULES: Rules<SerialisedLevelOptions> = {
  ...LIMIT_RULES,
  name: text,
  compression: anObject,
};
const COMPRESSION: Rules<Compression> = {
  minBytes: limit(0),
  compress: needed(callable),
  decompress: needed(callable),
};

interface Packed {
  readonly bytes: Uint8Array;
  /** Bytes before compression; -1 where it isn't compressed. */
  readonly size: number;
}

/** What an entry costs beside its payload and key, in bytes: slot, map entry, metadata. */
const OVERHEAD = 200;

/**
 * Level 2: values as bytes, so that its limit counts real bytes and no reference into a value is
 * shared.
 */
export class SerialisedLevel implements CacheLevel {
  readonly name: string;
  readonly #compression: Compression | undefined;
  readonly #store: Sieve<Packed>;
  #listener: LevelListener | undefined;

  constructor(options: SerialisedLevelOptions) {
    checkLimited("serialisedLevel", options, RULES);
    const { compression } = options;
    if (compression !== undefined) {
      checkCacheOptions("serialisedLevel: compression", compression, COMPRESSION);
    }
    this.name = options.name ?? "serialised";
    this.#compression = options.compression;
    this.#store = new Sieve<Packed>(options, (slot) => this.#listener?.left(slot.key, "evicted"));
  }

  connect(listener: LevelListener): void {
    this.#listener = listener;
  }

  /** Returns the entry under a key, however old; undefined where there is none. */
  get(key: string): StoredEntry | undefined {
    const slot = this.#store.get(key);
    return slot === undefined ? undefined : this.#unpack(slot);
  }

  set(key: string, entry: StoredEntry): void {
    const packed = this.#pack(entry.payload);
    const size = packed.bytes.byteLength + key.length * 2 + OVERHEAD;
    if (this.#store.put(key, packed, entry.metadata, size) === undefined)
      this.#listener?.left(key, "evicted");
  }

  /** Removes an entry, if it is there. */
  delete(key: string): void {
    this.#store.remove(key);
  }

  deleteMany(keys: readonly string[]): void {
    this.#store.removeMany(keys);
  }

  clear(prefix: string): void {
    for (const slot of this.#store.slots()) {
      if (slot.key.startsWith(prefix)) this.#store.remove(slot.key);
    }
  }

  *entries(): Iterable<EntrySummary> {
    for (const { key, metadata, payload } of this.#store.slots()) {
      yield { key, metadata, size: payload.size < 0 ? payload.bytes.byteLength : payload.size };
    }
  }

  /** How much the level holds. */
  size(): LevelSize {
    return { entries: this.#store.entries, bytes: this.#store.bytes };
  }

  #pack(payload: Uint8Array): Packed {
    const size = payload.byteLength;
    if (this.#compression !== undefined && size >= (this.#compression.minBytes ?? 1024)) {
      const bytes = this.#compression.compress(payload);
      if (bytes.byteLength <= size - size / 8) return { bytes, size };
    }
    return { bytes: payload, size: -1 };
  }

  #unpack(slot: Slot<Packed>): StoredEntry | undefined {
    const { bytes, size } = slot.payload;
    if (size < 0) return { payload: bytes, metadata: slot.metadata };
    const payload = this.#compression!.decompress(bytes, size);
    if (payload.byteLength === size) return { payload, metadata: slot.metadata };
    this.#store.remove(slot.key);
    this.#listener?.left(slot.key, "damaged");
    return undefined;
  }
}

/** `entries` or `bytes` must be given. */
export function serialisedLevel(options: SerialisedLevelOptions): SerialisedLevel {
  return new SerialisedLevel(options);
}
