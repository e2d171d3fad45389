/**
 * What a cache keeps beside an entry's payload. Times are milliseconds since 1970 and may be
 * `Infinity`; `created <= freshUntil <= staleUntil, keepUntil`.
 */
export interface EntryMetadata {
  /** When the value was made, in milliseconds of the cache's clock. */
  readonly created: number;
  /** Until then it is served as it is. */
  readonly freshUntil: number;
  /** Until then it is served at once while a new value is loaded behind it. */
  readonly staleUntil: number;
  /** Until then it may be served when a load fails; after that it is worth nothing. */
  readonly keepUntil: number;
  /** A negative entry: it is known that there is no value. Its payload is empty. */
  readonly absent: boolean;
  /** The keys it was made from. */
  readonly dependsOn: readonly string[];
  /** The tags by which it can be invalidated. */
  readonly tags: readonly string[];
  /** Names of the events that make it invalid. */
  readonly events: readonly string[];
  /** The run of the cache that wrote it. See `CacheLevel.entries`. */
  readonly run: string;
}

/** A value with what is known of it. */
export interface Entry<Payload> {
  /** The value, or its bytes. */
  readonly payload: Payload;
  /** What is known of it. */
  readonly metadata: EntryMetadata;
}

/** An entry of a level below the first: its payload is the value as bytes. */
export type StoredEntry = Entry<Uint8Array>;

/**
 * Why an entry left a level by the level's own doing. `foreign`: another user of the level deleted
 * it.
 */
export type LeaveReason = "evicted" | "expired" | "damaged" | "foreign";

/** What a level tells the cache it is connected to. */
export interface LevelListener {
  /** An entry left the level by itself. */
  left(key: string, reason: LeaveReason): void;
  /** Another user of the level wrote this entry. */
  arrived(key: string, metadata: EntryMetadata): void;
  /** Something is wrong that the level got over by itself. */
  alarm(message: string, cause?: unknown): void;
}

/** An entry without its payload. */
export interface EntrySummary {
  /** The entry's key. */
  readonly key: string;
  /** What is known of it. */
  readonly metadata: EntryMetadata;
  /** Bytes of the payload. */
  readonly size: number;
}

/** How much a level holds. */
export interface LevelSize {
  /** How many entries. */
  readonly entries: number;
  /** Bytes the level accounts for, what it counts is its own matter. */
  readonly bytes: number;
}

/**
 * One level of a cache: three methods, and abilities that a level may have. A method answers
 * synchronously where the level can, and with a promise where it cannot. Anything it throws or
 * rejects with turns the level off for a while; the cache goes on without it.
 *
 * `get` after a `set` or `delete` that was acknowledged (that returned, or whose promise resolved)
 * tells of it. A level may lose any entry at any time, and never serves an altered one.
 */
export interface CacheLevel<Payload = Uint8Array> {
  /** For statistics and events. */
  readonly name: string;
  /** Returns the entry under a key, however old; undefined where there is none. */
  get(key: string): Entry<Payload> | undefined | Promise<Entry<Payload> | undefined>;
  /** The level may keep `entry` as it is: the cache doesn't alter the payload afterwards. */
  set(key: string, entry: Entry<Payload>): void | Promise<void>;
  /** Removes an entry, if it is there. */
  delete(key: string): void | Promise<void>;

  /** Ability: forget many in one go. */
  deleteMany?(keys: readonly string[]): void | Promise<void>;
  /**
   * Ability: forget every key that starts with `prefix`; "" is all of them. Without it a cleared
   * level's entries are refused by the cache that cleared it, and reappear in its next run.
   */
  clear?(prefix: string): void | Promise<void>;
  /**
   * Ability: what is in it, without payloads. Without it, entries of an earlier run that name tags,
   * events or dependencies are not served, because it is unknown whether they still hold.
   */
  entries?(): Iterable<EntrySummary> | Promise<Iterable<EntrySummary>>;
  /** Ability: tell of departures and of the writes of others. Called once, before anything else. */
  connect?(listener: LevelListener): void;
  /** Ability: look whether others who share the level wrote to it. */
  refresh?(): void | Promise<void>;
  /** How much the level holds. Levels that do not know leave it out. */
  size?(): LevelSize;
  /** Returns, or resolves, when everything that was acknowledged is on the level's medium. */
  flush?(): void | Promise<void>;
  /** Lets go of files and connections. No call follows. */
  close?(): void | Promise<void>;
}

/** Which levels hold an entry: a bit for each, the first level's being this one. */
export const MEMORY = 1;

/** The bit of a level below the first, by its index among those. */
export function levelBit(index: number): number {
  return MEMORY << (index + 1);
}
