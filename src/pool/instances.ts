import { callable, checkGiven, limit, needed, type Rules } from "../option-rules.ts";
import { type Lease, Pool } from "./pool.ts";
import type { PoolStatistics } from "./shelf.ts";
import { type InstanceState, Snapshot, type TouchedPages } from "./snapshot.ts";
import { TRIM_RULES, type TrimOptions } from "./timers.ts";

/** Options of `createInstancePool`. */
export interface InstancePoolOptions<Item> extends TrimOptions {
  /** Makes an instance and brings it to the state in which every lease starts. */
  create(): Item;
  /** The memories and globals that an instance's state is made of. */
  state(item: Item): InstanceState;
  /**
   * The pages written to since the item was handed out, from a rewrite that tracks stores.
   * Default: all of the memory is restored.
   */
  touched?(item: Item): TouchedPages;
  /** Whatever else has to be undone; false drops the item. Default: nothing. */
  reset?(item: Item): boolean;
  /** Called with an instance that is given up. Default: nothing is called. */
  destroy?(item: Item): void;
  /** How many may be in use at a time. */
  readonly max: number;
  /** How many may lie ready. Default: `max`. */
  readonly maxIdle?: number;
}

const RULES: Rules<InstancePoolOptions<never>> = {
  ...TRIM_RULES,
  create: needed(callable),
  state: needed(callable),
  touched: callable,
  reset: callable,
  destroy: callable,
  max: needed(limit(1)),
  maxIdle: limit(0),
};

/**
 * Instances that are brought back to the state they were made in when they are returned. One that
 * has grown, or can't be brought back, is dropped.
 */
export class InstancePool<Item extends object> implements Disposable {
  readonly #pool: Pool<Item>;

  constructor(options: InstancePoolOptions<Item>) {
    checkGiven("an instance pool", options, RULES, "pool-options");
    const { max, maxIdle = max, timers, trimEvery } = options;
    const snapshots = new WeakMap<Item, Snapshot>();
    this.#pool = new Pool<Item>({
      max,
      maxIdle,
      ...(timers === undefined ? {} : { timers }),
      ...(trimEvery === undefined ? {} : { trimEvery }),
      destroy: (item) => options.destroy?.(item),
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

  /** Gives up the instances that were not needed since the last call. */
  trim(): void {
    this.#pool.trim();
  }

  /** What the pool holds and has done. */
  statistics(): PoolStatistics {
    return this.#pool.statistics();
  }

  /** Instances in use stay in use, and are given up when they are returned. */
  close(): void {
    this.#pool.close();
  }

  /** Does what `close` does. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Makes a pool of instances. Throws `pool-options`. */
export function createInstancePool<Item extends object>(
  options: InstancePoolOptions<Item>,
): InstancePool<Item> {
  return new InstancePool(options);
}
