import type { LeaveReason } from "./levels/level.ts";

/**
 * What a cache tells, by type. Hits in level 1 are counted, not told: telling would cost more
 * than the hit. Keys are full, with the namespaces they are in.
 */
export interface CacheEvents {
  /** No level has it fresh or stale. */
  readonly miss: { readonly key: string };
  /** A load began. */
  readonly load: { readonly key: string };
  /** `served`: whether an old value within its grace was served in place of the failure. */
  readonly "load-failed": {
    readonly key: string;
    readonly error: unknown;
    readonly served: boolean;
  };
  /** A loaded value wasn't kept: it, or what it was made from, was invalidated in the meantime. */
  readonly "load-outdated": { readonly key: string };
  /** An old value was served at once; a load runs behind it. */
  readonly stale: { readonly key: string };
  /** Found in `level` and taken up to the levels above. */
  readonly promoted: { readonly key: string; readonly level: string };
  /** An entry left a level, for the reason that is named. */
  readonly left: { readonly key: string; readonly level: string; readonly reason: LeaveReason };
  /** `keys`: all that were invalidated in one go. */
  readonly invalidated: { readonly keys: readonly string[] };
  /** A value stays in level 1 only, or (`graph`) nowhere. */
  readonly unstored: {
    readonly key: string;
    readonly why: "codec" | "graph";
    readonly error?: unknown;
  };
  /** A level failed and is off; it is tried again at `until`. */
  readonly "level-off": { readonly level: string; readonly error: unknown; readonly until: number };
  /** A level that was off works again. */
  readonly "level-on": { readonly level: string };
  /** A level met something that a person should look at. It goes on. */
  readonly alarm: { readonly level: string; readonly message: string; readonly cause?: unknown };
}

/** The types of a cache's events. */
export type CacheEventType = keyof CacheEvents;
/** Hears of events of one type. What it throws is dropped. */
export type CacheListener<Type extends CacheEventType> = (event: CacheEvents[Type]) => void;

export class Announcer {
  readonly #listeners = new Map<CacheEventType, Set<CacheListener<never>>>();

  on<Type extends CacheEventType>(type: Type, listener: CacheListener<Type>): () => void {
    let set = this.#listeners.get(type);
    if (set === undefined) this.#listeners.set(type, (set = new Set()));
    set.add(listener);
    return () => set.delete(listener);
  }

  /** Whether there is any listener: ask before making an event. */
  has(type: CacheEventType): boolean {
    return (this.#listeners.get(type)?.size ?? 0) > 0;
  }

  /** What a listener throws is dropped: it must not break the one who reads from the cache. */
  tell<Type extends CacheEventType>(type: Type, event: CacheEvents[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) {
      try {
        (listener as CacheListener<Type>)(event);
      } catch {
        // There are no listeners.
      }
    }
  }
}
