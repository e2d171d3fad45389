import type { CacheLevel } from "../cache/index.ts";

/**
 * Keeps plugins' caches beyond the life of the process: one level of a cache for each owner, apart
 * from all others. The names of owners are data, never paths.
 */
export interface CacheStore {
  /** Whether its levels return promises (a browser's database) or results (files). */
  readonly waits: boolean;
  /** The owner's level, which holds about `bytes` (at least 1 MiB). Used by one cache at a time. */
  level(owner: string, bytes: number): CacheLevel;
  /** Deletes everything that the owner has. No level of the owner's may be open. */
  erase(owner: string): void | Promise<void>;
}
