import { callable, checkGiven, checkValue, limit, needed, type Rules } from "../option-rules.ts";
import { Lease } from "./pool.ts";
import { type PoolStatistics, Shelf, closed, exhausted } from "./shelf.ts";
import { TRIM_RULES, type TrimOptions, trimming } from "./timers.ts";

/** Options of `createQueuedPool`. */
export interface QueuedPoolOptions<Item> extends TrimOptions {
  /** Makes an item. Where it rejects, the one who waits is told. */
  create(): Promise<Item>;
  /**
   * Makes an item that was in use as good as new. If it resolves to false or rejects, the item is
   * dropped. The item is handed out to no one before. Default: no item is used twice.
   */
  reset?(item: Item): boolean | Promise<boolean>;
  /** Whether an item that lay ready can still be used. Default: yes. */
  isAlive?(item: Item): boolean;
  /** Called once for each item that is given up. Errors are dropped. Default: nothing. */
  destroy?(item: Item): void;
  /** How many may be in use, being made or being reset at a time. */
  readonly max: number;
  /** How many may lie ready. Default: `max`. */
  readonly maxIdle?: number;
  /** How many may wait for one; more are refused (`pool-exhausted`). Default: 1,000. */
  readonly maxWaiting?: number;
}

const RULES: Rules<QueuedPoolOptions<never>> = {
  ...TRIM_RULES,
  create: needed(callable),
  reset: callable,
  isAlive: callable,
  destroy: callable,
  max: needed(limit(1)),
  maxIdle: limit(0),
  maxWaiting: limit(0),
};

interface Waiter<Item> {
  readonly resolve: (lease: Lease<Item & object>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A bounded pool of things that take a while to make, such as workers. When all are in use,
 * `acquire` waits; the first to wait is served first.
 */
export class QueuedPool<Item extends object> implements Disposable {
  readonly #options: QueuedPoolOptions<Item>;
  readonly #shelf: Shelf<Item>;
  readonly #waiting = new Set<Waiter<Item>>();
  readonly #trimming: Disposable | undefined;
  /** Being made or reset. */
  #busy = 0;
  #isClosed = false;

  constructor(options: QueuedPoolOptions<Item>) {
    checkGiven("a queued pool", options, RULES, "pool-options");
    const { max, maxIdle = max } = options;
    this.#options = options;
    this.#shelf = new Shelf(maxIdle, (item) => this.#destroy(item));
    this.#trimming = trimming(options, () => this.trim());
  }

  /**
   * One that lies ready is handed out at once, without a promise. Rejects, or throws, with
   * `pool-exhausted`, `pool-closed`, what `create` rejects with, or the reason of `signal`.
   */
  acquire(signal?: AbortSignal): Lease<Item> | Promise<Lease<Item>> {
    if (this.#isClosed) throw closed();
    signal?.throwIfAborted();
    return (this.#waiting.size === 0 ? this.#ready() : undefined) ?? this.#queue(signal);
  }

  /** Makes items until `count` lie ready, as far as the limits allow. Resolves when they do. */
  async warm(count: number): Promise<void> {
    checkValue("how many lie ready", count, limit(0), "pool-options");
    const missing = Math.min(
      count - this.#shelf.idle,
      this.#options.max - this.#shelf.inUse - this.#shelf.idle - this.#busy,
    );
    await Promise.all(Array.from({ length: Math.max(0, missing) }, () => this.#stock()));
  }

  /** For `Lease`. */
  put(item: Item, isFit: boolean): void {
    if (!isFit || this.#isClosed || this.#options.reset === undefined) {
      this.#shelf.lose(item);
      this.#serve();
      return;
    }
    void this.#reset(item);
  }

  /** Gives up the items that were not needed since the last call. */
  trim(): void {
    this.#shelf.trim();
  }

  /** `inUse` includes those that are being reset. */
  statistics(): PoolStatistics & { readonly waiting: number } {
    return { ...this.#shelf.statistics(), waiting: this.#waiting.size };
  }

  /**
   * Callers that wait are refused (`pool-closed`); items in use are given up when they are
   * returned.
   */
  close(): void {
    this.#isClosed = true;
    this.#trimming?.[Symbol.dispose]();
    this.#shelf.empty();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(closed());
  }

  /** Does what `close` does. */
  [Symbol.dispose](): void {
    this.close();
  }

  #ready(): Lease<Item> | undefined {
    if (this.#shelf.inUse + this.#busy >= this.#options.max) return undefined;
    for (let item = this.#shelf.take(); item !== undefined; item = this.#shelf.take()) {
      if (this.#options.isAlive?.(item) ?? true) return new Lease(this, item);
      this.#shelf.lose(item);
    }
    return undefined;
  }

  #queue(signal: AbortSignal | undefined): Promise<Lease<Item>> {
    const { maxWaiting = 1000, max } = this.#options;
    if (this.#waiting.size >= maxWaiting && !this.#hasRoom()) {
      throw exhausted("the pool", `all ${max}, with ${maxWaiting} waiting,`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Lease<Item>>();
    const leave = (): void => {
      this.#waiting.delete(waiter);
      reject(signal!.reason);
    };
    const waiter: Waiter<Item> = {
      resolve: (lease) => {
        signal?.removeEventListener("abort", leave);
        resolve(lease);
      },
      reject: (error) => {
        signal?.removeEventListener("abort", leave);
        reject(error);
      },
    };
    signal?.addEventListener("abort", leave, { once: true });
    this.#waiting.add(waiter);
    this.#serve();
    return promise;
  }

  #hasRoom(): boolean {
    return this.#shelf.inUse + this.#busy < this.#options.max;
  }

  /** Hands out what lies ready, and makes what is missing. */
  #serve(): void {
    for (const waiter of this.#waiting) {
      const lease = this.#ready();
      if (lease === undefined) break;
      this.#waiting.delete(waiter);
      waiter.resolve(lease);
    }
    while (this.#waiting.size > this.#busy && this.#hasRoom()) void this.#make();
  }

  /** For the caller that has waited longest. */
  async #make(): Promise<void> {
    this.#busy += 1;
    let made: { readonly item: Item } | { readonly error: unknown };
    try {
      made = { item: await this.#options.create() };
    } catch (error) {
      made = { error };
    }
    this.#busy -= 1;
    const [waiter] = this.#waiting;
    if (waiter !== undefined) this.#waiting.delete(waiter);
    if ("error" in made) {
      waiter?.reject(made.error);
      this.#serve();
    } else if (waiter === undefined || this.#isClosed) {
      this.#keep(made.item);
    } else {
      this.#shelf.made();
      waiter.resolve(new Lease<Item>(this, made.item));
    }
  }

  async #stock(): Promise<void> {
    this.#busy += 1;
    try {
      this.#keep(await this.#options.create());
    } finally {
      this.#busy -= 1;
      this.#serve();
    }
  }

  #keep(item: Item): void {
    if (this.#isClosed) this.#destroy(item);
    else this.#shelf.stock(item);
  }

  async #reset(item: Item): Promise<void> {
    let isFit = false;
    try {
      isFit = (await this.#options.reset?.(item)) === true;
    } catch {
      // Given up below.
    }
    if (isFit && !this.#isClosed) this.#shelf.put(item);
    else this.#shelf.lose(item);
    this.#serve();
  }

  #destroy(item: Item): void {
    try {
      this.#options.destroy?.(item);
    } catch {
      // The item is given up although `drop` threw.
    }
  }
}

/** Makes a pool of items that are made with promises, and for which callers wait. */
export function createQueuedPool<Item extends object>(
  options: QueuedPoolOptions<Item>,
): QueuedPool<Item> {
  return new QueuedPool(options);
}
