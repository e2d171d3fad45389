import { type Lease, Pool } from "./pool.ts";
import type { PoolStatistics } from "./shelf.ts";
import { type InstanceState, Snapshot, type TouchedPages } from "./snapshot.ts";
import type { TrimOptions } from "./timers.ts";

export interface InstancePoolOptions<Item> extends TrimOptions {
  /** Makes an instance and brings it to the state in which every lease starts. */
  create(): Item;
  state(item: Item): InstanceState;
  /**
   * The pages written to since the item was handed out, from a rewrite that tracks stores.
   * Default: all of the memory is restored.
   */
  touched?(item: Item): TouchedPages;
  /** Whatever else has to be undone; false drops the item. Default: nothing. */
  reset?(item: Item): boolean;
  destroy?(item: Item): void;
  /** How many may be in use at a time. */
  readonly max: number;
  /** How many may lie ready. Default: `max`. */
  readonly maxIdle?: number;
}

/**
 * Instances that are brought back to the state they were made in when they are returned. One that
 * has grown, or can't be brought back, is dropped.
 */
export class InstancePool<Item extends object> implements Disposable {
  readonly #pool: Pool<Item>;

  constructor(options: InstancePoolOptions<Item>) {
    const snapshots = new WeakMap<Item, Snapshot>();
    this.#pool = new Pool<Item>({
      ...options,
      create() {
        const item = options.create();
        snapshots.set(item, new Snapshot(options.state(item)));
        return item;
      },
      reset: (item) =>
        (options.reset?.(item) ?? true) && snapshots.get(item)!.restore(options.touched?.(item)),
    });
  }

  /** Throws `pool-exhausted`, `pool-closed`, or what `create` throws. */
  acquire(): Lease<Item> {
    return this.#pool.acquire();
  }

  trim(): void {
    this.#pool.trim();
  }

  statistics(): PoolStatistics {
    return this.#pool.statistics();
  }

  close(): void {
    this.#pool.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export function createInstancePool<Item extends object>(
  options: InstancePoolOptions<Item>,
): InstancePool<Item> {
  return new InstancePool(options);
}
