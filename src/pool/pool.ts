import { callable, checkGiven, limit, needed, type Rules } from "../option-rules.ts";
import { type PoolStatistics, Shelf, closed, exhausted, released } from "./shelf.ts";
import { TRIM_RULES, type TrimOptions, trimming } from "./timers.ts";

/** Options of `createPool`. */
export interface PoolOptions<Item> extends TrimOptions {
  /** Makes an item. */
  create(): Item;
  /**
   * Makes an item that was in use as good as new. If it returns false or throws, the item is
   * dropped. Called when the item is returned, before anyone else can get it.
   */
  reset(item: Item): boolean;
  /** Called once for each item that is given up. Errors are dropped. Default: nothing. */
  destroy?(item: Item): void;
  /** How many may be in use at a time. */
  readonly max: number;
  /** How many may lie ready. Default: `max`. */
  readonly maxIdle?: number;
}

const RULES: Rules<PoolOptions<never>> = {
  ...TRIM_RULES,
  create: needed(callable),
  reset: needed(callable),
  destroy: callable,
  max: needed(limit(1)),
  maxIdle: limit(0),
};

/**
 * A bounded pool of things that can be made at once. For things that take a while to make see
 * `QueuedPool`.
 */
export class Pool<Item extends object> implements Disposable {
  readonly #options: PoolOptions<Item>;
  readonly #shelf: Shelf<Item>;
  readonly #trimming: Disposable | undefined;
  #isClosed = false;

  constructor(options: PoolOptions<Item>) {
    checkGiven("a pool", options, RULES, "pool-options");
    const { max, maxIdle = max } = options;
    this.#options = options;
    this.#shelf = new Shelf(maxIdle, (item) => destroyQuietly(options, item));
    this.#trimming = trimming(options, () => this.trim());
  }

  /** Throws `pool-exhausted`, `pool-closed`, or what `create` throws. */
  acquire(): Lease<Item> {
    const { max } = this.#options;
    if (this.#isClosed) throw closed();
    const shelf = this.#shelf;
    if (shelf.inUse >= max) throw exhausted("the pool", `all ${max}`);
    let item = shelf.take();
    if (item === undefined) {
      item = this.#options.create();
      shelf.made();
    }
    return new Lease(this, item);
  }

  /** For `Lease`. */
  put(item: Item, isFit: boolean): void {
    if (isFit && !this.#isClosed && resetQuietly(this.#options, item)) this.#shelf.put(item);
    else this.#shelf.lose(item);
  }

  /** Gives up the items that were not needed since the last call. */
  trim(): void {
    this.#shelf.trim();
  }

  /** What the pool holds and has done. */
  statistics(): PoolStatistics {
    return this.#shelf.statistics();
  }

  /** Items in use stay in use, and are given up when they are returned. */
  close(): void {
    this.#isClosed = true;
    this.#trimming?.[Symbol.dispose]();
    this.#shelf.empty();
  }

  /** Does what `close` does. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Where a lease returns its item. */
interface Owner<Item> {
  put(item: Item, isFit: boolean): void;
}

/** An item that was handed out. */
export class Lease<Item extends object> implements Disposable {
  readonly #owner: Owner<Item>;
  #item: Item | undefined;

  /** For pools. */
  constructor(owner: Owner<Item>, item: Item) {
    this.#owner = owner;
    this.#item = item;
  }

  /** Throws `pool-released` after `release` or `discard`. */
  get item(): Item {
    if (this.#item === undefined) throw released("the item");
    return this.#item;
  }

  /** Throws `pool-released` the second time. */
  release(): void {
    const { item } = this;
    this.#item = undefined;
    this.#owner.put(item, true);
  }

  /** Returns the item and has it dropped. Throws `pool-released` the second time. */
  discard(): void {
    const { item } = this;
    this.#item = undefined;
    this.#owner.put(item, false);
  }

  /** Returns it if neither `release` nor `discard` was called yet. */
  [Symbol.dispose](): void {
    if (this.#item !== undefined) this.release();
  }
}

/** Makes a pool of items that are made at once. Throws `pool-options`. */
export function createPool<Item extends object>(options: PoolOptions<Item>): Pool<Item> {
  return new Pool(options);
}

function resetQuietly<Item>(options: Pick<PoolOptions<Item>, "reset">, item: Item): boolean {
  try {
    return options.reset(item);
  } catch {
    return false;
  }
}

function destroyQuietly<Item>(options: Pick<PoolOptions<Item>, "destroy">, item: Item): void {
  try {
    options.destroy?.(item);
  } catch {
    // The item is given up although `drop` threw.
  }
}
