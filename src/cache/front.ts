import { type EntryOptions, metadataOf, freshnessOf, hasSources } from "./entry-options.ts";
import type { Backing } from "./backing.ts";
import { MEMORY, type EntryMetadata } from "./levels/level.ts";
import { isPromise } from "./promises.ts";
import { checkKey } from "./key.ts";
import type { MemoryLevel } from "./levels/memory-level.ts";
import type { Found } from "./search.ts";
import type { Quota } from "./quota.ts";
import type { Slot } from "./sieve.ts";

interface Lookup<Value> {
  answer: Promise<Found<Value> | undefined> | undefined;
  doomed: boolean;
}

/** One namespace: its level 1, before the levels that it shares with others. */
export class Front<Value> {
  readonly prefix: string;
  readonly memory: MemoryLevel<Value | undefined>;
  readonly backing: Backing<Value>;
  readonly #quota: Quota;
  readonly #random: () => number;
  readonly #lookups = new Map<string, Lookup<Value>>();
  #last: { readonly options: EntryOptions; readonly metadata: EntryMetadata } | undefined;
  misses = 0;
  writes = 0;
  deletes = 0;
  evictions = 0;

  /** `doom` is called for each key that is written, deleted or invalidated. */
  constructor(
    prefix: string,
    memory: MemoryLevel<Value | undefined>,
    backing: Backing<Value>,
    quota: Quota,
    random: () => number,
    doom: (key: string) => void,
  ) {
    this.prefix = prefix;
    this.memory = memory;
    this.backing = backing;
    this.#quota = quota;
    this.#random = random;
    memory.connect({
      left: (key, reason) => {
        this.evictions += 1;
        backing.leftMemory(prefix + key, reason);
      },
      arrived: () => undefined,
      alarm: () => undefined,
    });
    backing.fronts.add(prefix, {
      forget: (keys) => {
        for (const key of keys) {
          this.#doomLookup(key);
          doom(key);
          quota.remove(key);
        }
        this.deletes += keys.length;
        memory.deleteMany(keys);
      },
      gone: (key) => quota.remove(key),
    });
  }

  now(): number {
    return this.backing.options.clock.now();
  }

  /**
   * What level 1 has under a key, and whether it is fresh. An entry that can no longer be served is
   * dropped.
   */
  recall(key: string, slot: Slot<Value | undefined> | undefined): Found<Value> | undefined {
    if (slot === undefined) return undefined;
    const { metadata, payload: value, size } = slot;
    const now = this.now();
    let freshness = freshnessOf(metadata, now);
    const { isValid } = this.backing.options;
    if (freshness === "gone" || (isValid !== undefined && !isValid(value, metadata))) {
      this.memory.delete(key);
      this.backing.leftMemory(this.prefix + key, "expired");
      return undefined;
    }
    if (freshness !== "fresh" && now < slot.freshUntil) freshness = "fresh";
    return { value, metadata, freshness, size };
  }

  /**
   * Reads from the levels below; level 1 has the entry afterwards. Callers that ask while an answer
   * is under way get the same one.
   */
  find(key: string): Found<Value> | undefined | Promise<Found<Value> | undefined> {
    const running = this.#lookups.get(key);
    if (running?.answer !== undefined) return running.answer;
    const lookup: Lookup<Value> = { answer: undefined, doomed: false };
    const answer = this.backing.find(this.prefix + key, false, () => !lookup.doomed);
    if (!isPromise(answer)) return this.#remember(key, answer);
    this.#lookups.set(key, lookup);
    lookup.answer = answer.then((found) => {
      if (lookup.doomed) return this.recall(key, this.memory.get(key)) ?? this.find(key);
      this.#lookups.delete(key);
      return this.#remember(key, found);
    });
    return lookup.answer;
  }

  /** The same, of the levels that answer at once. */
  findAtOnce(key: string): Found<Value> | undefined {
    const found = this.backing.find(this.prefix + key, true, () => true);
    return isPromise(found) ? undefined : this.#remember(key, found);
  }

  /** Writes to all levels. `outdated` judges what the entry was made from at the last moment. */
  keep(
    key: string,
    value: Value | undefined,
    options: EntryOptions,
    outdated: (metadata: EntryMetadata) => boolean,
  ): boolean {
    checkKey(key);
    const { backing, prefix } = this;
    if (value === undefined && !((options.negativeTtl ?? 0) > 0)) {
      backing.remove(prefix + key);
      return true;
    }
    const metadata = this.#metadata(options, value === undefined);
    if (outdated(metadata)) return false;
    this.writes += 1;
    this.#doomLookup(key);
    const payload = backing.encode(prefix + key, value);
    const size = payload?.byteLength ?? 0;
    if (!backing.store(prefix + key, metadata, payload)) return true;
    this.#put(key, value, metadata, size);
    for (const old of this.#quota.add(key, size)) backing.remove(prefix + old);
    return true;
  }

  /** An old value counts as fresh for `ms` more milliseconds, in level 1. */
  extend(key: string, found: Found<Value>, ms: number): void {
    if (this.backing.options.isValid !== undefined) return;
    const slot = this.memory.get(key) ?? this.#put(key, found.value, found.metadata, found.size);
    if (slot === undefined) return;
    this.backing.graph.holds(this.prefix + key, MEMORY);
    slot.freshUntil = Math.min(this.now() + ms, slot.metadata.keepUntil);
  }

  clear(): void {
    for (const key of this.#lookups.keys()) this.#doomLookup(key);
    this.memory.clear("");
    this.#quota.clear();
  }

  #remember(key: string, found: Found<Value> | undefined): Found<Value> | undefined {
    if (found !== undefined && found.freshness !== "grace") {
      this.#put(key, found.value, found.metadata, found.size);
    }
    return found;
  }

  /**
   * The same object is used again within a millisecond where it would be equal: for many entries
   * stored at a time it would otherwise be most of what they take.
   */
  #metadata(options: EntryOptions, absent: boolean): EntryMetadata {
    const now = this.now();
    const last = this.#last;
    if (last !== undefined && last.options === options) {
      if (last.metadata.created === now && last.metadata.absent === absent) return last.metadata;
    }
    const full = this.prefix === "" ? checked(options) : prefixed(options, this.prefix);
    const metadata = metadataOf(full, absent, now, this.#random, this.backing.options.run);
    const isAlike = (options.jitter ?? 0) === 0 && !hasSources(metadata);
    this.#last = isAlike ? { options, metadata } : undefined;
    return metadata;
  }

  #put(
    key: string,
    value: Value | undefined,
    metadata: EntryMetadata,
    size: number,
  ): Slot<Value | undefined> | undefined {
    const slot = this.memory.put(key, value, metadata, size);
    if (slot === undefined) this.backing.graph.left(this.prefix + key, MEMORY);
    // With a validity to ask for, no hit may take the short way.
    else if (this.backing.options.isValid !== undefined) slot.freshUntil = -Infinity;
    return slot;
  }

  #doomLookup(key: string): void {
    const lookup = this.#lookups.size === 0 ? undefined : this.#lookups.get(key);
    if (lookup === undefined) return;
    lookup.doomed = true;
    this.#lookups.delete(key);
  }
}

function checked(options: EntryOptions): EntryOptions {
  for (const list of [options.dependsOn, options.tags, options.events]) list?.forEach(checkKey);
  return options;
}

function prefixed(options: EntryOptions, prefix: string): EntryOptions {
  const { dependsOn = [], tags = [], events = [] } = checked(options);
  const full = (name: string): string => prefix + name;
  return {
    ...options,
    dependsOn: dependsOn.map(full),
    tags: tags.map(full),
    events: events.map(full),
  };
}
