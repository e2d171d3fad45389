import { hasSources } from "./entry-options.ts";
import type { Timers } from "./clock.ts";
import { DependencyGraph, type GraphLimits } from "./dependencies/graph.ts";
import type { Source } from "./dependencies/graph-node.ts";
import { GuardedLevel } from "./levels/guarded-level.ts";
import {
  MEMORY,
  levelBit,
  type CacheLevel,
  type EntryMetadata,
  type EntrySummary,
  type LeaveReason,
} from "./levels/level.ts";
import { NamespaceFronts } from "./namespace-fronts.ts";
import { InvalidationLog } from "./dependencies/invalidation-log.ts";
import { isPromise } from "./promises.ts";
import { type Found, Search, type SearchOptions } from "./search.ts";

export interface BackingOptions<Value> extends SearchOptions<Value> {
  readonly levels: readonly CacheLevel[];
  readonly timers: Timers | undefined;
  readonly graph: GraphLimits;
  readonly retryAfter: number;
  readonly levelTimeout: number;
}

/**
 * With more invalidations than this before all levels have reported their entries, the levels are
 * cleared.
 */
const MAX_EARLY = 20_000;

/**
 * What the namespaces of one cache share: the levels below the first, and the dependency graph.
 * Keys here are full keys: they start with the names of their namespaces.
 */
export class Backing<Value> {
  readonly log: InvalidationLog = new InvalidationLog();
  readonly graph: DependencyGraph;
  readonly options: BackingOptions<Value>;
  readonly levels: readonly GuardedLevel[];
  /** Resolves when the levels have reported the entries of earlier runs. */
  readonly ready: Promise<void>;
  readonly fronts: NamespaceFronts = new NamespaceFronts();
  readonly #search: Search<Value>;
  /** When prefixes were cleared whose entries a level still has, because it cannot clear. */
  readonly #cleared = new Map<string, number>();
  /** What was invalidated before all levels had reported. Undefined: they have. */
  #early: Source[] | undefined = [];
  invalidated = 0;

  constructor(options: BackingOptions<Value>) {
    this.options = options;
    this.graph = new DependencyGraph(options.graph, (keys) => this.#drop(keys));
    this.levels = options.levels.map(
      (level) => new GuardedLevel(level, { ...options, timeout: options.levelTimeout }),
    );
    this.#search = new Search(options, {
      levels: this.levels,
      graph: this.graph,
      wasCleared: (key, metadata) => this.#wasCleared(key, metadata),
      remove: (key) => this.remove(key),
      damaged: (level, key) => this.#damaged(level, key),
    });
    const waiting = this.levels
      .map((level, index) => this.#connect(level, index))
      .filter(isPromise);
    const told = (): void => {
      const early = this.#early ?? [];
      this.#early = undefined;
      if (early.length > 0) this.invalidate(early);
    };
    this.ready = waiting.length === 0 ? Promise.resolve(told()) : Promise.all(waiting).then(told);
  }

  /** Keeps an entry in the levels below the first. False if it can't be kept anywhere. */
  store(key: string, metadata: EntryMetadata, payload: Uint8Array | undefined): boolean {
    let levelBits = MEMORY;
    if (payload !== undefined) this.levels.forEach((_, index) => (levelBits |= levelBit(index)));
    if (!this.graph.record(key, metadata, levelBits)) {
      this.options.announcer.tell("unstored", { key, why: "graph" });
      this.#drop([key]);
      return false;
    }
    for (const level of this.levels) {
      if (payload === undefined) level.delete([key]);
      else level.set(key, { payload, metadata });
    }
    return true;
  }

  /** The value as bytes; undefined where no level wants them, or the codec refused. */
  encode(key: string, value: Value | undefined): Uint8Array | undefined {
    if (this.levels.length === 0) return undefined;
    if (value === undefined) return new Uint8Array(0);
    try {
      return this.options.codec.encode(value);
    } catch (error) {
      this.options.announcer.tell("unstored", { key, why: "codec", error });
      return undefined;
    }
  }

  /**
   * Reads from the levels below the first. What is found goes up to the levels above the one that
   * has it. `good` is asked after each wait: false means that the answer is outdated. With
   * `atOnce`, only levels that answer synchronously are asked.
   */
  find(
    key: string,
    atOnce: boolean,
    good: () => boolean,
  ): Found<Value> | undefined | Promise<Found<Value> | undefined> {
    return this.#search.find(0, key, atOnce, good);
  }

  /** Takes an entry out of every level, and nothing else. */
  remove(key: string): void {
    this.graph.forget(key);
    this.#drop([key]);
  }

  /**
   * Removes the named entries and everything that was made from them, and returns all their keys.
   * `deleted` is the index of a level in which the first seed is deleted already.
   */
  invalidate(seeds: readonly Source[], deleted?: number): readonly string[] {
    if (this.#early !== undefined) this.#noteEarly(seeds);
    const reached = this.graph.cascade(seeds);
    const keys: string[] = [];
    for (const { kind, id } of reached) if (kind === "key") keys.push(id);
    this.log.note(reached);
    this.#drop(keys, deleted);
    this.invalidated += keys.length;
    if (keys.length > 0) this.options.announcer.tell("invalidated", { keys });
    return keys;
  }

  clear(prefix: string): void {
    const { clock } = this.options;
    for (const level of this.levels) {
      if (!level.canClear) this.#cleared.set(prefix, clock.now());
      level.clear(prefix);
    }
    this.graph.forgetAll(prefix);
  }

  #noteEarly(seeds: readonly Source[]): void {
    for (const seed of seeds) this.#early!.push(seed);
    if (this.#early!.length <= MAX_EARLY) return;
    this.#early!.length = 0;
    this.clear("");
  }

  async flush(): Promise<void> {
    await this.ready;
    await Promise.all(this.levels.map((level) => level.flush()));
  }

  async close(): Promise<void> {
    await this.ready;
    await Promise.all(this.levels.map((level) => level.close()));
  }

  /** Entries of all levels below the first whose keys start with `prefix`, each key once. */
  async known(prefix: string): Promise<ReadonlyMap<string, EntrySummary>> {
    const found = new Map<string, EntrySummary>();
    await this.ready;
    for (const level of this.levels) {
      await level.load((entry) => {
        if (entry.key.startsWith(prefix)) found.set(entry.key, entry);
      });
    }
    return found;
  }

  leftMemory(key: string, reason: LeaveReason): void {
    this.graph.left(key, MEMORY);
    this.#tellLeft(key, "memory", reason);
  }

  /**
   * Removes entries that the graph no longer holds. `deleted` is that of `invalidate`: deleting in
   * that level again would be reported to the other user of the level, who would do the same in
   * turn.
   */
  #drop(keys: readonly string[], deleted?: number): void {
    this.fronts.forget(keys);
    this.levels.forEach((level, index) => level.delete(index === deleted ? keys.slice(1) : keys));
  }

  #connect(level: GuardedLevel, index: number): void | Promise<void> {
    const bit = levelBit(index);
    level.connect({
      left: (key, reason) => this.#left(index, key, reason),
      arrived: (key, metadata) => this.#arrived(index, key, metadata),
      alarm: (message, cause) =>
        this.options.announcer.tell("alarm", { level: level.name, message, cause }),
    });
    return level.load(({ key, metadata }) => {
      if (!hasSources(metadata) || this.graph.knows(key)) return;
      if (!this.graph.record(key, metadata, bit)) level.delete([key]);
    });
  }

  #left(index: number, key: string, reason: LeaveReason): void {
    const level = this.levels[index]!;
    if (reason === "evicted") level.counts.evictions += 1;
    if (reason === "damaged") level.counts.damaged += 1;
    this.#tellLeft(key, level.name, reason);
    if (reason === "foreign") this.invalidate([{ kind: "key", id: key }], index);
    else this.graph.left(key, levelBit(index));
    if (index === this.levels.length - 1) this.fronts.gone(key);
  }

  #tellLeft(key: string, level: string, reason: LeaveReason): void {
    const { announcer } = this.options;
    if (announcer.has("left")) announcer.tell("left", { key, level, reason });
  }

  /** Another user of the level wrote a newer value: ours is outdated. */
  #arrived(index: number, key: string, metadata: EntryMetadata): void {
    this.fronts.forget([key]);
    this.levels.forEach((level, other) => {
      if (other !== index) level.delete([key]);
    });
    if (!this.graph.record(key, metadata, levelBit(index))) this.levels[index]!.delete([key]);
  }

  #wasCleared(key: string, { created }: EntryMetadata): boolean {
    for (const [prefix, time] of this.#cleared) {
      if (created <= time && key.startsWith(prefix)) return true;
    }
    return false;
  }

  #damaged(level: GuardedLevel, key: string): void {
    level.counts.damaged += 1;
    this.#tellLeft(key, level.name, "damaged");
  }
}
