import type { CacheLevel } from "../cache/index.ts";

/**
 * Where what plugins cache outlives the process: a level of a cache for each owner, apart from every
 * other's. The names of owners are data, never paths.
 */
export interface CacheStore {
  /** Whether its levels answer with promises (a browser's database) or at once (files). */
  readonly waits: boolean;
  /** What the owner has, in at most about `bytes`; 1 MiB where that is less. For one cache at a time. */
  level(owner: string, bytes: number): CacheLevel;
  /** Deletes everything that the owner has, of which no level is open. */
  erase(owner: string): void | Promise<void>;
}
