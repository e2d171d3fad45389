import { SKEW } from "./clock.ts";
import type { Entry, EntryMetadata } from "./levels/level.ts";

/** An entry in memory, linked from the newest to the oldest. */
export class Slot<Payload> implements Entry<Payload> {
  /** The entry's key. */
  readonly key: string;
  /** The value. */
  payload: Payload;
  /** What is known of it. */
  metadata: EntryMetadata;
  /** A copy of `about.freshUntil`, so that a hit reads one object. */
  freshUntil: number;
  /** Its size in bytes, as the level counts it. */
  size: number;
  /** Whether it was read since the level last looked for one to evict. */
  visited = false;
  /** The entry that was added next. */
  newer: Slot<Payload> | undefined = undefined;
  /** The entry that was added before. */
  older: Slot<Payload> | undefined = undefined;

  constructor(key: string, payload: Payload, metadata: EntryMetadata, size: number) {
    this.key = key;
    this.payload = payload;
    this.metadata = metadata;
    this.freshUntil = metadata.freshUntil;
    this.size = size;
  }
}

/** How much a level may hold. */
export interface LevelLimits {
  /** Default: unlimited. One of the two must be given. */
  readonly entries?: number;
  /** The most bytes. Default: unlimited. */
  readonly bytes?: number;
}

/**
 * A bounded map that evicts by SIEVE (Zhang et al., NSDI 2024): a hit sets one bit and moves
 * nothing; a hand goes from the oldest to the newest, spares what was visited since it last
 * passed, and evicts the first that was not. On skewed reads it keeps more of what matters than
 * least-recently-used does, and a hit costs less.
 *
 * Invariants: the list holds exactly the slots of the map; `bytes` is the sum of their sizes;
 * entries and bytes are within the limits whenever a method returns.
 */
export class Sieve<Payload> {
  #slots = new Map<string, Slot<Payload>>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #evicted: (slot: Slot<Payload>) => void;
  #newest: Slot<Payload> | undefined;
  #oldest: Slot<Payload> | undefined;
  #hand: Slot<Payload> | undefined;
  #bytes = 0;

  constructor(limits: LevelLimits, evicted: (slot: Slot<Payload>) => void) {
    this.#maxEntries = limits.entries ?? Infinity;
    this.#maxBytes = limits.bytes ?? Infinity;
    this.#evicted = evicted;
  }

  get entries(): number {
    return this.#slots.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Slot<Payload> | undefined {
    const slot = this.#slots.get(key);
    if (slot !== undefined) slot.visited = true;
    return slot;
  }

  /** Without counting as a visit. */
  peek(key: string): Slot<Payload> | undefined {
    return this.#slots.get(key);
  }

  slots(): Iterable<Slot<Payload>> {
    return this.#slots.values();
  }

  /** Undefined where it is larger than the whole: it isn't kept, and neither is what it replaces. */
  put(
    key: string,
    payload: Payload,
    metadata: EntryMetadata,
    size: number,
  ): Slot<Payload> | undefined {
    if (size > this.#maxBytes) {
      this.remove(key);
      return undefined;
    }
    const held = this.#slots.get(key);
    if (held !== undefined) return this.#replace(held, payload, metadata, size);
    return this.#insert(new Slot(key, payload, metadata, size));
  }

  remove(key: string): Slot<Payload> | undefined {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#unlink(slot);
    return slot;
  }

  /**
   * Many in one go. Where that is most of what there is, what stays moves to another map, which costs
   * less than taking each of them out.
   */
  removeMany(keys: readonly string[]): void {
    if (keys.length * 2 < this.#slots.size) {
      for (const key of keys) this.remove(key);
      return;
    }
    for (const key of keys) {
      const slot = this.#slots.get(key);
      // One that was named before is in the list no more.
      if (slot !== undefined && (slot.newer !== undefined || slot === this.#newest))
        this.#cut(slot);
    }
    this.#slots = new Map();
    for (let slot = this.#oldest; slot !== undefined; slot = slot.newer) {
      this.#slots.set(slot.key, slot);
    }
  }

  #replace(
    held: Slot<Payload>,
    payload: Payload,
    metadata: EntryMetadata,
    size: number,
  ): Slot<Payload> {
    this.#bytes += size - held.size;
    held.payload = payload;
    held.metadata = metadata;
    held.freshUntil = metadata.freshUntil;
    held.size = size;
    held.visited = true;
    while (this.#bytes > this.#maxBytes) this.#evict(held);
    return held;
  }

  #insert(slot: Slot<Payload>): Slot<Payload> {
    while (this.#slots.size >= this.#maxEntries || this.#bytes + slot.size > this.#maxBytes) {
      this.#evict(undefined);
    }
    slot.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = slot;
    else this.#newest.newer = slot;
    this.#newest = slot;
    this.#bytes += slot.size;
    this.#slots.set(slot.key, slot);
    return slot;
  }

  /** `spared` stays whatever its bit says; there is another one. */
  #evict(spared: Slot<Payload> | undefined): void {
    let slot = this.#hand ?? this.#oldest!;
    while (slot.visited || slot === spared) {
      slot.visited = false;
      slot = slot.newer ?? this.#oldest!;
    }
    this.#hand = slot.newer;
    this.#unlink(slot);
    this.#evicted(slot);
  }

  #unlink(slot: Slot<Payload>): void {
    this.#cut(slot);
    this.#slots.delete(slot.key);
  }

  /** Takes it out of the list alone. */
  #cut(slot: Slot<Payload>): void {
    if (this.#hand === slot) this.#hand = slot.newer;
    if (slot.newer === undefined) this.#newest = slot.older;
    else slot.newer.older = slot.older;
    if (slot.older === undefined) this.#oldest = slot.newer;
    else slot.older.newer = slot.newer;
    slot.newer = undefined;
    slot.older = undefined;
    this.#bytes -= slot.size;
  }
}

/** Whether it may be served as it is, at `now`. */
export function isFreshSlot(slot: Slot<unknown>, now: number): boolean {
  return now < slot.freshUntil && slot.metadata.created <= now + SKEW;
}
