import {
  anObject,
  callable,
  duration,
  having,
  needed,
  period,
  type Rules,
} from "../option-rules.ts";
import { longTimers } from "../long-timers.ts";
import { Backing } from "./backing.ts";
import { Cache } from "./cache.ts";
import { type Clock, type Timers, coarseClock, systemClock } from "./clock.ts";
import { type CacheCodec, structuredCodec } from "./codec/codec.ts";
import { checkCacheOptions, invalidOptions } from "./entry-options.ts";
import { Announcer } from "./events.ts";
import type { LoadOptions } from "./flight.ts";
import { GRAPH_RULES, type GraphLimits } from "./dependencies/graph.ts";
import type { CacheLevel, EntryMetadata } from "./levels/level.ts";
import type { MemoryLevel } from "./levels/memory-level.ts";
import { Quota } from "./quota.ts";

/** Options of `createCache`. */
export interface CacheOptions<Value> {
  /**
   * The first is in memory and holds values; the others, at most 30, hold them as bytes. A level
   * belongs to one cache.
   */
  readonly levels: readonly [MemoryLevel<Value | undefined>, ...CacheLevel[]];
  /** For entries and loads that don't say otherwise. Default: for ever, nothing stale, no timeouts. */
  readonly defaults?: LoadOptions;
  /** Default: structuredCodec. */
  readonly codec?: CacheCodec<Value>;
  /** Default: the system's, read at most once a millisecond where there are timers. */
  readonly clock?: Clock;
  /** Default: none, and no timeouts then. */
  readonly timers?: Timers;
  /** From 0 to less than 1. Default: Math.random. */
  readonly random?: () => number;
  /** How much may be kept of which entries were made from which. */
  readonly graph?: GraphLimits;
  /** How long a level that failed is left alone, in milliseconds. Default: 30,000. */
  readonly retryAfter?: number;
  /**
   * How long an asynchronous level may take, in milliseconds, where there are timers. Default:
   * 2,000.
   */
  readonly levelTimeout?: number;
  /**
   * How often levels look for what other users wrote, in milliseconds. Needs timers. Default:
   * never.
   */
  readonly refreshEvery?: number;
  /**
   * Asked at each hit: if it returns false, the entry is dropped. Default: all entries are valid.
   */
  readonly isValid?: (value: Value | undefined, metadata: EntryMetadata) => boolean;
}

const RULES: Rules<CacheOptions<never>> = {
  levels: needed({
    what: "an array of 1 to 31 levels, the first of them memoryLevel({ … })",
    fits: isLevels,
  }),
  defaults: anObject,
  codec: having("encode", "decode"),
  clock: having("now"),
  timers: having("after"),
  random: callable,
  graph: anObject,
  retryAfter: duration,
  levelTimeout: duration,
  refreshEvery: period,
  isValid: callable,
};

/** Makes a cache of one or more levels, the first of them in memory. */
export function createCache<Value = unknown>(options: CacheOptions<Value>): Cache<Value> {
  checkOptions(options);
  const { levels, random = Math.random, defaults = {} } = options;
  const timers = options.timers && longTimers(options.timers, true);
  const [memory, ...lower] = levels;
  const backing = new Backing<Value>({
    levels: lower,
    codec: options.codec ?? (structuredCodec as CacheCodec<Value>),
    clock: options.clock ?? clockOf(options.timers),
    timers,
    announcer: new Announcer(),
    run: runOf(random),
    graph: options.graph ?? {},
    retryAfter: options.retryAfter ?? 30_000,
    levelTimeout: options.levelTimeout ?? 2_000,
    isValid: options.isValid,
  });
  const parts = { prefix: "", memory, backing, quota: new Quota(undefined), defaults, random };
  const cache = new Cache<Value>(parts);
  const { refreshEvery } = options;
  if (refreshEvery !== undefined && timers !== undefined) keepFresh(cache, timers, refreshEvery);
  return cache;
}

function checkOptions<Value>(options: CacheOptions<Value>): void {
  checkCacheOptions("createCache", options, RULES);
  checkCacheOptions("createCache: graph", options.graph ?? {}, GRAPH_RULES);
  const [{ options: memory }, ...lower] = options.levels;
  if (memory.bytes !== undefined && memory.sizeOf === undefined && lower.length === 0) {
    throw invalidOptions("a limit in bytes for the only level needs sizeOf");
  }
  if (options.refreshEvery !== undefined && options.timers === undefined) {
    throw invalidOptions("refreshEvery needs timers");
  }
}

const level = having("get", "set", "delete");

function isLevels(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > 31 || !value.every((one) => level.fits(one))) {
    return false;
  }
  const [first] = value as readonly Partial<CacheLevel>[];
  return first !== undefined && "options" in first;
}

function clockOf(timers: Timers | undefined): Clock {
  return timers === undefined ? systemClock : coarseClock(timers);
}

/** Names this run of the cache, in entries of levels that don't know what is in them. */
function runOf(random: () => number): string {
  const part = (): string => Math.floor(random() * 0x1_0000_0000).toString(36);
  return `${Date.now().toString(36)}-${part()}${part()}`;
}

/** Until the cache is closed. */
function keepFresh<Value>(cache: Cache<Value>, timers: Timers, every: number): void {
  const again = (): void => {
    if (cache.isClosed) return;
    cache.refresh();
    timers.after(every, again);
  };
  timers.after(every, again);
}
