import { type Freshness, freshnessOf, hasSources } from "./entry-options.ts";
import type { Clock } from "./clock.ts";
import type { CacheCodec } from "./codec/codec.ts";
import type { Announcer } from "./events.ts";
import type { DependencyGraph } from "./dependencies/graph.ts";
import type { GuardedLevel } from "./levels/guarded-level.ts";
import { MEMORY, levelBit, type EntryMetadata, type StoredEntry } from "./levels/level.ts";
import { isPromise } from "./promises.ts";
import { isStoredEntry } from "./shared/sharing.ts";

export interface Found<Value> {
  readonly value: Value | undefined;
  readonly metadata: EntryMetadata;
  readonly freshness: Exclude<Freshness, "gone">;
  /** Bytes of the serialised value. */
  readonly size: number;
}

export interface SearchOptions<Value> {
  readonly codec: CacheCodec<Value>;
  readonly clock: Clock;
  readonly announcer: Announcer;
  readonly run: string;
  readonly isValid: ((value: Value | undefined, metadata: EntryMetadata) => boolean) | undefined;
}

/** What is searched: the levels below the first, the nearest first. */
export interface Searched {
  readonly levels: readonly GuardedLevel[];
  readonly graph: DependencyGraph;
  /** Whether a level that can't clear keeps the entry since before it was to be cleared. */
  wasCleared(key: string, metadata: EntryMetadata): boolean;
  /** Takes an entry out of every level. */
  remove(key: string): void;
  damaged(level: GuardedLevel, key: string): void;
}

/**
 * Finds entries in the levels below the first, and takes them up to those above the one that has
 * them.
 */
export class Search<Value> {
  readonly #options: SearchOptions<Value>;
  readonly #searched: Searched;

  constructor(options: SearchOptions<Value>, searched: Searched) {
    this.#options = options;
    this.#searched = searched;
  }

  /** From the level of index `from` on; `old` is what those before have. See `Backing.find`. */
  find(
    from: number,
    key: string,
    atOnce: boolean,
    good: () => boolean,
    old?: Found<Value>,
  ): Found<Value> | undefined | Promise<Found<Value> | undefined> {
    const { levels } = this.#searched;
    let best = old;
    for (let index = from; index < levels.length; index++) {
      const level = levels[index]!;
      if (atOnce && level.asynchronous) continue;
      const answer = level.get(key);
      if (isPromise(answer)) {
        if (atOnce) continue;
        return answer.then((entry) => {
          if (!good()) return undefined;
          const found = this.#take(index, key, entry) ?? best;
          return found === undefined || found.freshness === "grace"
            ? this.find(index + 1, key, atOnce, good, found)
            : found;
        });
      }
      const found = this.#take(index, key, answer);
      if (found !== undefined && found.freshness !== "grace") return found;
      best = found ?? best;
    }
    return best;
  }

  /** Judges what a level has, and takes it up if it's good. */
  #take(index: number, key: string, entry: StoredEntry | undefined): Found<Value> | undefined {
    const { counts } = this.#searched.levels[index]!;
    const found = entry === undefined ? undefined : this.#judge(index, key, entry);
    if (found === undefined || found.freshness === "grace") counts.misses += 1;
    else counts.hits += 1;
    return found;
  }

  #judge(index: number, key: string, entry: StoredEntry): Found<Value> | undefined {
    const { levels, graph, damaged } = this.#searched;
    const level = levels[index]!;
    if (!isStoredEntry(entry)) {
      damaged(level, key);
      level.delete([key]);
      return undefined;
    }
    const { metadata, payload } = entry;
    if (this.#isRefused(level, key, metadata)) return undefined;
    const freshness = freshnessOf(metadata, this.#options.clock.now());
    const decoded = freshness === "gone" ? undefined : this.#decode(level, key, entry);
    if (freshness === "gone" || decoded === undefined) {
      level.delete([key]);
      graph.left(key, levelBit(index));
      return undefined;
    }
    if (freshness !== "grace" && !this.#promote(index, key, entry)) return undefined;
    return { value: decoded.value, metadata, freshness, size: payload.byteLength };
  }

  #isRefused(level: GuardedLevel, key: string, metadata: EntryMetadata): boolean {
    const isEarlier = metadata.run !== this.#options.run;
    if (!level.knowsItsEntries && isEarlier && hasSources(metadata)) return true;
    return !level.canClear && this.#searched.wasCleared(key, metadata);
  }

  #decode(
    level: GuardedLevel,
    key: string,
    entry: StoredEntry,
  ): { value: Value | undefined } | undefined {
    const { codec, isValid } = this.#options;
    try {
      const value = entry.metadata.absent ? undefined : codec.decode(entry.payload);
      return isValid === undefined || isValid(value, entry.metadata) ? { value } : undefined;
    } catch {
      this.#searched.damaged(level, key);
      return undefined;
    }
  }

  /** False where nothing can keep track of what it was made from: it is dropped. */
  #promote(index: number, key: string, entry: StoredEntry): boolean {
    const { levels, graph } = this.#searched;
    let levelBits = MEMORY | levelBit(index);
    for (let above = 0; above < index; above++) levelBits |= levelBit(above);
    if (graph.knows(key)) graph.holds(key, levelBits);
    else if (!graph.record(key, entry.metadata, levelBits)) {
      this.#searched.remove(key);
      return false;
    }
    for (let above = 0; above < index; above++) levels[above]!.set(key, entry);
    const level = levels[index]!;
    level.counts.promotions += 1;
    const { announcer } = this.#options;
    if (announcer.has("promoted")) announcer.tell("promoted", { key, level: level.name });
    return true;
  }
}
