import { callable, checkValue, type Rules, whole } from "../../option-rules.ts";
import { checkCacheOptions, invalidOptions } from "../entry-options.ts";
import type {
  CacheLevel,
  Entry,
  EntryMetadata,
  EntrySummary,
  LevelListener,
  LevelSize,
} from "./level.ts";
import { type LevelLimits, Sieve, type Slot } from "../sieve.ts";

/** Options of `memoryLevel`: how much it may hold. */
export interface MemoryLevelOptions<Value> extends LevelLimits {
  /**
   * Bytes of a value, an integer of 0 or more; called once when it is stored. Needed for a limit
   * in bytes where no level below has counted them already.
   */
  readonly sizeOf?: (value: Value) => number;
}

const LIMIT = whole(1, Number.MAX_SAFE_INTEGER, "1 or more");
const SIZE = whole(0, Number.MAX_SAFE_INTEGER, "0 or more");

export const LIMIT_RULES: Rules<LevelLimits> = { entries: LIMIT, bytes: LIMIT };

const RULES: Rules<MemoryLevelOptions<unknown>> = { ...LIMIT_RULES, sizeOf: callable };

/** The first level: values as they are, by reference. A hit is one look-up and one bit. */
export class MemoryLevel<Value = unknown> implements CacheLevel<Value> {
  readonly name = "memory";
  /** The options that it was made with. */
  readonly options: MemoryLevelOptions<Value>;
  readonly #store: Sieve<Value>;
  #listener: LevelListener | undefined;

  constructor(options: MemoryLevelOptions<Value>) {
    checkLimited("memoryLevel", options, RULES);
    this.options = options;
    this.#store = new Sieve<Value>(options, (slot) => this.#listener?.left(slot.key, "evicted"));
  }

  connect(listener: LevelListener): void {
    this.#listener = listener;
  }

  /** Returns the entry under a key, however old; undefined where there is none. */
  get(key: string): Slot<Value> | undefined {
    return this.#store.get(key);
  }

  set(key: string, entry: Entry<Value>): void {
    const slot = this.put(key, entry.payload, entry.metadata);
    if (slot === undefined) this.#listener?.left(key, "evicted");
  }

  /**
   * `set` without an object around what is stored. `size` is used where there is no `sizeOf`.
   * Undefined where it is larger than the level.
   */
  put(key: string, payload: Value, metadata: EntryMetadata, size = 0): Slot<Value> | undefined {
    const { sizeOf } = this.options;
    const counted = sizeOf === undefined || metadata.absent ? size : checkedSize(sizeOf(payload));
    return this.#store.put(key, payload, metadata, counted);
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
    for (const { key, metadata, size } of this.#store.slots()) yield { key, metadata, size };
  }

  /** How much the level holds. */
  size(): LevelSize {
    return { entries: this.#store.entries, bytes: this.#store.bytes };
  }
}

/** `entries` or `bytes` must be given. */
export function memoryLevel<Value = unknown>(
  options: MemoryLevelOptions<Value>,
): MemoryLevel<Value> {
  return new MemoryLevel(options);
}

/** Throws `cache-options` for options that make no sense, and where neither limit is given. */
export function checkLimited<Options extends LevelLimits>(
  of: string,
  options: Options,
  rules: Rules<NoInfer<Options>>,
): void {
  checkCacheOptions(of, options, rules);
  if (options.entries !== undefined || options.bytes !== undefined) return;
  throw invalidOptions(`${of}: give a limit, entries or bytes`);
}

function checkedSize(size: number): number {
  checkValue("what sizeOf answers", size, SIZE, "cache-options");
  return size;
}
