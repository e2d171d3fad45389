import { anObject, needed, type Rules } from "../option-rules.ts";
import type { Backing } from "./backing.ts";
import { checkCacheOptions } from "./entry-options.ts";
import type { LoadOptions } from "./flight.ts";
import {
  checkLimited,
  LIMIT_RULES,
  type MemoryLevel,
  type MemoryLevelOptions,
} from "./levels/memory-level.ts";
import type { Quota } from "./quota.ts";
import type { LevelLimits } from "./sieve.ts";

/** Options of a namespace. */
export interface NamespaceOptions<Value> {
  /** Limits of its own level 1. */
  readonly memory: MemoryLevelOptions<Value | undefined>;
  /** How much of the shared levels its entries may take. Default: no limit. */
  readonly quota?: LevelLimits;
  /** Default: those of the cache it belongs to. */
  readonly defaults?: LoadOptions;
}

const RULES: Rules<NamespaceOptions<never>> = {
  memory: needed(anObject),
  quota: anObject,
  defaults: anObject,
};

/** Throws `cache-options`. Those of `memory` and of `defaults` are checked where they are used. */
export function checkNamespace<Value>(options: NamespaceOptions<Value>): void {
  checkCacheOptions("namespace", options, RULES);
  if (options.quota !== undefined) checkLimited("namespace: quota", options.quota, LIMIT_RULES);
}

/** What a cache, or a namespace of one, is made of. Made by `createCache` and `Cache.namespace`. */
export interface Parts<Value> {
  readonly prefix: string;
  readonly memory: MemoryLevel<Value | undefined>;
  readonly backing: Backing<Value>;
  readonly quota: Quota;
  readonly defaults: LoadOptions;
  readonly random: () => number;
}
