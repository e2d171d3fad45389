import { TenonError } from "../errors.ts";
import { duration, type Rules } from "../option-rules.ts";
import { checkCacheOptions, ENTRY_RULES, type EntryOptions } from "./entry-options.ts";
import type { Found } from "./search.ts";
import type { Timers } from "./clock.ts";

/** What a loader is told and may tell. */
export interface LoadContext<Value> {
  /** The key that is loaded. */
  readonly key: string;
  /** Aborted when the hard timeout has passed. */
  readonly signal: AbortSignal;
  /** The old value, where there is one that may still be served. */
  readonly old: Value | undefined;
  /**
   * Changes how the loaded value will be kept; what is not named stays as it was. Sources (keys,
   * tags, events) are added to those given before. Throws `cache-options`.
   */
  keep(options: EntryOptions): void;
}

/**
 * Returns the value, or undefined where there is none. It must not ask the cache for the key it
 * loads.
 */
export type Loader<Value> = (
  context: LoadContext<Value>,
) => Value | undefined | Promise<Value | undefined>;

/** How a value is loaded, and kept afterwards. */
export interface LoadOptions extends EntryOptions {
  /**
   * Milliseconds until an old value within its grace is served while the load goes on. Needs
   * timers. Default: Infinity.
   */
  readonly softTimeout?: number;
  /** Milliseconds until the load is given up (`cache-timeout`). Needs timers. Default: Infinity. */
  readonly hardTimeout?: number;
  /**
   * How long an old value that was served for a failed load counts as fresh, so that a loader
   * that fails isn't called for every reader. Milliseconds. Default: 0.
   */
  readonly graceBackoff?: number;
}

export const LOAD_RULES: Rules<LoadOptions> = {
  ...ENTRY_RULES,
  softTimeout: duration,
  hardTimeout: duration,
  graceBackoff: duration,
};

/** One load under way, for all who want its value. */
export class Flight<Value> implements LoadContext<Value> {
  readonly key: string;
  /** Since when invalidations apply to it, by the log. */
  readonly since: number;
  readonly started: number = performance.now();
  readonly found: Found<Value> | undefined;
  #aborter: AbortController | undefined;
  readonly #outcome = Promise.withResolvers<Value | undefined>();
  readonly #timers: Disposable[] = [];
  #asked: LoadOptions;
  #soft: Promise<Value | undefined> | undefined;
  #settled = false;
  /** The key was written, deleted or invalidated in the meantime: the value isn't kept. */
  doomed = false;
  /** Whether others can wait for it. False while the loader's synchronous part runs. */
  airborne = false;

  constructor(key: string, since: number, asked: LoadOptions, found: Found<Value> | undefined) {
    this.key = key;
    this.since = since;
    this.#asked = asked;
    this.found = found;
    // Some callers start a load and do not wait for it.
    this.#outcome.promise.catch(() => undefined);
  }

  get signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    return this.#aborter.signal;
  }

  get old(): Value | undefined {
    return this.found?.value;
  }

  get asked(): LoadOptions {
    return this.#asked;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** What those who wait get: the old value once the soft timeout has passed. */
  get outcome(): Promise<Value | undefined> {
    return this.#soft ?? this.#outcome.promise;
  }

  /** A field of its own: loaders take it out of their context. */
  readonly keep = (options: EntryOptions): void => {
    checkCacheOptions("keep", options, ENTRY_RULES);
    const before = this.#asked;
    const both = (a: readonly string[] = [], b: readonly string[] = []): string[] => [...a, ...b];
    this.#asked = {
      ...before,
      ...options,
      dependsOn: both(before.dependsOn, options.dependsOn),
      tags: both(before.tags, options.tags),
      events: both(before.events, options.events),
    };
  };

  /**
   * `expired` is called at the hard timeout; `mayServe` at the soft one, where there is an old
   * value: whether it is served.
   */
  limit(timers: Timers, expired: (error: TenonError) => void, mayServe: () => boolean): void {
    const { softTimeout = Infinity, hardTimeout = Infinity } = this.#asked;
    if (hardTimeout !== Infinity) {
      const expire = (): void => {
        const error = new TenonError("cache-timeout", `loading took over ${hardTimeout} ms`);
        this.#aborter?.abort(error);
        expired(error);
      };
      this.#timers.push(timers.after(hardTimeout, expire));
    }
    const { found } = this;
    if (softTimeout === Infinity || found === undefined) return;
    const { promise, resolve } = Promise.withResolvers<Value | undefined>();
    this.#timers.push(timers.after(softTimeout, () => mayServe() && resolve(found.value)));
    this.#soft = Promise.race([this.#outcome.promise, promise]);
    this.#soft.catch(() => undefined);
  }

  /** Once. */
  resolve(value: Value | undefined): void {
    this.#end();
    this.#outcome.resolve(value);
  }

  /** Once. */
  reject(error: unknown): void {
    this.#end();
    this.#outcome.reject(error);
  }

  #end(): void {
    this.#settled = true;
    for (const timer of this.#timers) timer[Symbol.dispose]();
  }
}
