import type { LevelSize } from "./levels/level.ts";

/** Durations in powers of two of microseconds. Percentiles are upper ends of their class. */
export interface Latency {
  /** How many durations were counted. */
  readonly count: number;
  /** Milliseconds. */
  readonly mean: number;
  /** The median, in milliseconds. */
  readonly p50: number;
  /** What 99 of 100 durations stay below, in milliseconds. */
  readonly p99: number;
  /** The longest, in milliseconds. */
  readonly max: number;
}

/** What one level has done since the cache was made. */
export interface LevelStatistics {
  /** The level's name. */
  readonly name: string;
  /** How many entries it holds now. */
  readonly entries: number;
  /** How many bytes they take. */
  readonly bytes: number;
  /** Reads that found a value. */
  readonly hits: number;
  /** Reads that found none. */
  readonly misses: number;
  /** Entries taken up from this level to those above. */
  readonly promotions: number;
  /** Entries that made room for others. */
  readonly evictions: number;
  /** Entries written. */
  readonly writes: number;
  /** Entries removed because they were invalidated or deleted. */
  readonly deletes: number;
  /** Entries found torn or altered, and not served. */
  readonly damaged: number;
  /** How often it failed. */
  readonly failures: number;
  /** Whether it is in use; a level that failed is off for a while. */
  readonly on: boolean;
  /** Of level 1 undefined: taking the time would cost more than the hit. */
  readonly reads: Latency | undefined;
}

/** How values were loaded. */
export interface LoadStatistics {
  /** Loads that began. */
  readonly loads: number;
  /** Loads that failed. */
  readonly loadFailures: number;
  /** Readers who were given the load of another one. */
  readonly joined: number;
  /** Old values served while a load runs behind them. */
  readonly staleServed: number;
  /** Old values served because a load failed or took too long. */
  readonly graceServed: number;
  /** How long loads took. */
  readonly load: Latency;
}

/** What a cache has done since it was made. */
export interface CacheStatistics extends LoadStatistics {
  /** Figures of each level, in their order. */
  readonly levels: readonly LevelStatistics[];
  /** Entries invalidated, those derived from others included. */
  readonly invalidated: number;
  /** How many entries and connections the graph of dependencies has now. */
  readonly graph: { readonly nodes: number; readonly edges: number };
}

const CLASSES = 40;

export class LatencyCounter {
  readonly #classes = new Float64Array(CLASSES);
  #count = 0;
  #sum = 0;
  #max = 0;

  /** `duration` in milliseconds; a clock that went backwards counts as 0. */
  add(duration: number): void {
    const ms = duration > 0 ? duration : 0;
    const log = 32 - Math.clz32(Math.min(ms * 1000, 0x7fffffff));
    this.#classes[log]! += 1;
    this.#count += 1;
    this.#sum += ms;
    if (ms > this.#max) this.#max = ms;
  }

  read(): Latency {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count,
      p50: this.#percentile(0.5),
      p99: this.#percentile(0.99),
      max: this.#max,
    };
  }

  #percentile(part: number): number {
    let left = this.#count * part;
    for (let log = 0; log < CLASSES; log++) {
      left -= this.#classes[log]!;
      if (left <= 0) return Math.min(this.#max, 2 ** log / 1000);
    }
    return this.#max;
  }
}

/** What is counted of a level below the first. */
export class LevelCounts {
  readonly reads: LatencyCounter = new LatencyCounter();
  hits = 0;
  misses = 0;
  promotions = 0;
  evictions = 0;
  writes = 0;
  deletes = 0;
  damaged = 0;

  read(
    name: string,
    { entries, bytes }: LevelSize,
    on: boolean,
    failures: number,
  ): LevelStatistics {
    const { hits, misses, promotions, evictions, writes, deletes, damaged } = this;
    const counts = { hits, misses, promotions, evictions, writes, deletes, damaged, failures };
    return { name, entries, bytes, ...counts, on, reads: this.reads.read() };
  }
}

/** Level 1's share in the statistics. */
export function firstLevel(
  name: string,
  size: LevelSize,
  counts: Pick<LevelStatistics, "hits" | "misses" | "writes" | "deletes" | "evictions">,
): LevelStatistics {
  const never = { promotions: 0, damaged: 0, failures: 0 };
  return { name, ...size, ...counts, ...never, on: true, reads: undefined };
}
