import { TenonError } from "../errors.ts";

/** What a pool holds and has done. */
export interface PoolStatistics {
  /** How many times an item that lay ready was handed out. */
  readonly hits: number;
  /** How many times a new item had to be made. */
  readonly misses: number;
  /** Items that are handed out. */
  readonly inUse: number;
  /** The most items that were in use at one time. */
  readonly highWater: number;
  /** Ready to be handed out. */
  readonly idle: number;
  /** Given up: over the limit, idle for too long, or not fit for another use. */
  readonly dropped: number;
}

/** Counts for one shelf, or for several together. */
export class Tally {
  hits = 0;
  misses = 0;
  inUse = 0;
  highWater = 0;
  dropped = 0;

  use(): void {
    this.inUse += 1;
    if (this.inUse > this.highWater) this.highWater = this.inUse;
  }

  read(idle: number): PoolStatistics {
    const { hits, misses, inUse, highWater, dropped } = this;
    return { hits, misses, inUse, highWater, idle, dropped };
  }
}

/**
 * The items that lie ready, and the count of those in use. The one returned last is handed out
 * first, so that the items at the bottom are those that are not needed.
 */
export class Shelf<Item> {
  readonly #idle: Item[] = [];
  readonly #maxIdle: number;
  readonly #drop: (item: Item) => void;
  /** The fewest items that were idle since `trim` was last called: so many were not needed. */
  #unneeded = 0;
  readonly #tally: Tally;
  #inUse = 0;

  /** `drop` is told of each item that is given up. */
  constructor(maxIdle: number, drop: (item: Item) => void, tally: Tally = new Tally()) {
    this.#maxIdle = maxIdle;
    this.#drop = drop;
    this.#tally = tally;
  }

  /** Of this shelf. */
  get inUse(): number {
    return this.#inUse;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Undefined if no item lies ready: the caller then makes one and calls `made`. */
  take(): Item | undefined {
    const item = this.#idle.pop();
    if (item === undefined) return undefined;
    if (this.#idle.length < this.#unneeded) this.#unneeded = this.#idle.length;
    this.#tally.hits += 1;
    this.#use();
    return item;
  }

  /** One was made, and is in use. */
  made(): void {
    this.#tally.misses += 1;
    this.#use();
  }

  /** One that was in use lies ready again. */
  put(item: Item): void {
    this.#unuse();
    this.stock(item);
  }

  /** One lies ready that wasn't in use. */
  stock(item: Item): void {
    if (this.#idle.length < this.#maxIdle) this.#idle.push(item);
    else this.#giveUp(item);
  }

  /** An item that was in use is gone for good. */
  lose(item: Item): void {
    this.#unuse();
    this.#giveUp(item);
  }

  /** Gives up the items that were not needed since the last call. Returns how many. */
  trim(): number {
    const count = this.#unneeded;
    const given = this.#idle.splice(0, count);
    this.#unneeded = this.#idle.length;
    for (const item of given) this.#giveUp(item);
    return count;
  }

  empty(): void {
    this.#unneeded = 0;
    for (const item of this.#idle.splice(0)) this.#giveUp(item);
  }

  statistics(): PoolStatistics {
    return this.#tally.read(this.#idle.length);
  }

  #use(): void {
    this.#inUse += 1;
    this.#tally.use();
  }

  #unuse(): void {
    this.#inUse -= 1;
    this.#tally.inUse -= 1;
  }

  #giveUp(item: Item): void {
    this.#tally.dropped += 1;
    this.#drop(item);
  }
}

export function released(what: string): TenonError {
  return new TenonError(
    "pool-released",
    `${what} was returned already: don't keep it, or return it later, and once`,
  );
}

export function exhausted(what: string, limit: string): TenonError {
  return new TenonError(
    "pool-exhausted",
    `${what}: ${limit} are in use; return some, or raise the limit`,
  );
}

export function closed(): TenonError {
  return new TenonError("pool-closed", "the pool is closed: make a new one");
}
