import { type PoolStatistics, Shelf, checkLimit, closed, exhausted, released } from "./shelf.ts";
import { type TrimOptions, trimming } from "./timers.ts";

export interface PoolOptions<Item> extends TrimOptions {
  create(): Item;
  /**
   * Makes an item that was in use as good as new; false, or an error, where it isn't: it is
   * dropped then. Called when it is returned, before anybody else can get it.
   */
  reset(item: Item): boolean;
  /** Called once for each item that is given up. Errors are dropped. Default: nothing. */
  destroy?(item: Item): void;
  /** How many may be in use at a time. */
  readonly max: number;
  /** How many may lie ready. Default: `max`. */
  readonly maxIdle?: number;
}

/** A bounded pool of things that are made at once. What takes a while to make: `QueuedPool`. */
export class Pool<Item extends object> implements Disposable {
  readonly #options: PoolOptions<Item>;
  readonly #shelf: Shelf<Item>;
  readonly #trimming: Disposable | undefined;
  #isClosed = false;

  constructor(options: PoolOptions<Item>) {
    const { max, maxIdle = max } = options;
    checkLimit(max, "max");
    checkLimit(maxIdle, "maxIdle", 0);
    this.#options = options;
    this.#shelf = new Shelf(maxIdle, (item) => destroyQuietly(options, item));
    this.#trimming = trimming(options, () => this.trim());
  }

  /** Throws `pool-exhausted`, `pool-closed`, or what `create` throws. */
  acquire(): Lease<Item> {
    const { max, create } = this.#options;
    if (this.#isClosed) throw closed();
    const shelf = this.#shelf;
    if (shelf.inUse >= max) throw exhausted("the pool", `all ${max}`);
    let item = shelf.take();
    if (item === undefined) {
      item = create();
      shelf.made();
    }
    return new Lease(this, item);
  }

  /** For `Lease`. */
  put(item: Item, isFit: boolean): void {
    if (isFit && !this.#isClosed && resetQuietly(this.#options, item)) this.#shelf.put(item);
    else this.#shelf.lose(item);
  }

  /** Gives up what nobody needed since the last call. */
  trim(): void {
    this.#shelf.trim();
  }

  statistics(): PoolStatistics {
    return this.#shelf.statistics();
  }

  /** What is in use stays so, and is given up when it is returned. */
  close(): void {
    this.#isClosed = true;
    this.#trimming?.[Symbol.dispose]();
    this.#shelf.empty();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What takes items back. */
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

  /** Returns it as something that nobody should get again. Throws `pool-released` the second time. */
  discard(): void {
    const { item } = this;
    this.#item = undefined;
    this.#owner.put(item, false);
  }

  /** Returns it where that wasn't done yet. */
  [Symbol.dispose](): void {
    if (this.#item !== undefined) this.release();
  }
}

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
    // It is given up all the same.
  }
}
