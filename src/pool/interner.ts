import { callable, checkGiven, type Rules, whole } from "../option-rules.ts";
import { strictUtf8 } from "../utf8.ts";

/** Options of `createInterner`. */
export interface InternerOptions {
  /** How many strings it keeps at most, rounded up to a power of two of 4 to 2^20. Default: 2,048. */
  readonly entries?: number;
  /**
   * How UTF-8 becomes a string where it isn't known yet. Default: TextDecoder, fatal, a byte
   * order mark being text like any other.
   */
  readonly decode?: (bytes: Uint8Array) => string;
}

/** What an interner holds and has done. */
export interface InternerStatistics {
  /** Strings that were known. */
  readonly hits: number;
  /** Strings that were made. */
  readonly misses: number;
  /** Calls with more than 32 bytes, which are decoded and not kept. */
  readonly long: number;
  /** Bytes that needn't be decoded. */
  readonly bytesSaved: number;
  /** Strings that it holds now. */
  readonly entries: number;
}

/** Longer than this, looking up costs more than decoding. */
const MAX_BYTES = 32;
const WORDS = MAX_BYTES / 4;
const WAYS = 4;

const RULES: Rules<InternerOptions> = {
  entries: whole(1, 1 << 20, "1 to 2^20"),
  decode: callable,
};

/**
 * Strings by their UTF-8 bytes. The same bytes give the same string, and no string is made for
 * bytes that are known already. The size is bounded: the places are in sets of four, chosen by a
 * hash, and a set that is full gives up the place that has not been used for longest, by the clock
 * algorithm. What lies under a hash is compared byte for byte, so that bytes chosen by an attacker
 * can push other strings out but never answer with another string.
 */
export class Interner {
  readonly #decode: (bytes: Uint8Array) => string;
  readonly #mask: number;
  readonly #hashes: Int32Array;
  readonly #lengths: Uint8Array;
  /** Eight words for each place. */
  readonly #words: Int32Array;
  readonly #strings: (string | undefined)[];
  /** Whether a place was used since its set last gave one up. */
  readonly #used: Uint8Array;
  readonly #key = new Int32Array(WORDS);
  #hits = 0;
  #misses = 0;
  #long = 0;
  #bytesSaved = 0;
  #entries = 0;

  constructor(options: InternerOptions = {}) {
    checkGiven("an interner", options, RULES, "pool-options");
    const { entries = 2048 } = options;
    const places = Math.max(WAYS, 2 ** Math.ceil(Math.log2(entries)));
    this.#decode = options.decode ?? ((bytes) => strictUtf8.decode(bytes));
    this.#mask = places / WAYS - 1;
    this.#hashes = new Int32Array(places);
    this.#lengths = new Uint8Array(places);
    this.#words = new Int32Array(places * WORDS);
    this.#strings = Array.from({ length: places }, () => undefined);
    this.#used = new Uint8Array(places);
  }

  /**
   * The string whose UTF-8 is `length` bytes of `bytes` from `start` on, which must lie inside.
   * Throws what `decode` throws.
   */
  read(bytes: Uint8Array, start: number, length: number): string {
    if (length > MAX_BYTES) {
      this.#long += 1;
      return this.#decode(bytes.subarray(start, start + length));
    }
    const hash = this.#load(bytes, start, length);
    const first = (hash & this.#mask) * WAYS;
    for (let place = first; place < first + WAYS; place++) {
      if (this.#hashes[place] === hash && this.#holds(place, length)) {
        this.#used[place] = 1;
        this.#hits += 1;
        this.#bytesSaved += length;
        return this.#strings[place]!;
      }
    }
    return this.#add(bytes, start, length, hash, first);
  }

  /** Forgets all strings. */
  clear(): void {
    this.#strings.fill(undefined);
    this.#used.fill(0);
    this.#words.fill(0);
    this.#entries = 0;
  }

  /** What it holds and has done. */
  statistics(): InternerStatistics {
    return {
      hits: this.#hits,
      misses: this.#misses,
      long: this.#long,
      bytesSaved: this.#bytesSaved,
      entries: this.#entries,
    };
  }

  /** Takes the bytes as words into `#key`, the last one padded with zeros. Returns their hash. */
  #load(bytes: Uint8Array, start: number, length: number): number {
    const key = this.#key;
    const whole = length & ~3;
    let hash = length ^ 0x2c1b3c6d;
    let word = 0;
    let at = start;
    for (const end = start + whole; at < end; at += 4) {
      const value =
        bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      key[word++] = value;
      hash = Math.imul(hash ^ value, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    if (length !== whole) {
      let value = bytes[at]!;
      if (length - whole > 1) value |= bytes[at + 1]! << 8;
      if (length - whole > 2) value |= bytes[at + 2]! << 16;
      key[word] = value;
      hash = Math.imul(hash ^ value, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x297a2d39) ^ (hash >>> 13);
  }

  #holds(place: number, length: number): boolean {
    if (this.#lengths[place] !== length || this.#strings[place] === undefined) return false;
    const count = (length + 3) >>> 2;
    const at = place * WORDS;
    for (let i = 0; i < count; i++) if (this.#words[at + i] !== this.#key[i]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, length: number, hash: number, first: number): string {
    const string = this.#decode(bytes.subarray(start, start + length));
    this.#misses += 1;
    const place = this.#place(first);
    if (this.#strings[place] === undefined) this.#entries += 1;
    this.#hashes[place] = hash;
    this.#lengths[place] = length;
    this.#strings[place] = string;
    this.#used[place] = 0;
    // `decode` may have called back into `read`.
    this.#load(bytes, start, length);
    this.#words.set(this.#key, place * WORDS);
    return string;
  }

  /** The place of the set that is free or wasn't used for longest. */
  #place(first: number): number {
    for (let place = first; place < first + WAYS; place++) {
      if (this.#strings[place] === undefined) return place;
    }
    for (let place = first; place < first + WAYS; place++) {
      if (this.#used[place] === 0) return place;
      this.#used[place] = 0;
    }
    return first;
  }
}

/** Makes an interner. */
export function createInterner(options: InternerOptions = {}): Interner {
  return new Interner(options);
}
