import { TenonError } from "../errors.ts";
import { checkGiven, duration, part, type Rules, texts } from "../option-rules.ts";
import { SKEW } from "./clock.ts";
import type { EntryMetadata } from "./levels/level.ts";

/** How long an entry is good and what it was made from. All times in milliseconds, 0 or more. */
export interface EntryOptions {
  /** How long it is fresh. Default: Infinity. */
  readonly ttl?: number;
  /**
   * Up to this part of `ttl` (0 to 1) is subtracted at random, so that entries stored together do
   * not expire together. Default: 0.
   */
  readonly jitter?: number;
  /** How long after `ttl` it is still served at once while one new load runs. Default: 0. */
  readonly staleWhileRevalidate?: number;
  /** How long after `ttl` it is served when a load fails or takes too long. Default: 0. */
  readonly grace?: number;
  /** How long it is remembered that there is no value (undefined). Default: 0, not at all. */
  readonly negativeTtl?: number;
  /** Keys of this cache that it was made from. Invalidating one of them invalidates it. */
  readonly dependsOn?: readonly string[];
  /** Tags by which the entry can be invalidated. Default: none. */
  readonly tags?: readonly string[];
  /** Names for `announce`. */
  readonly events?: readonly string[];
}

const NONE: readonly string[] = [];

export function metadataOf(
  options: EntryOptions,
  absent: boolean,
  now: number,
  random: () => number,
  run: string,
): EntryMetadata {
  const ttl = absent ? (options.negativeTtl ?? 0) : (options.ttl ?? Infinity);
  const jitter = options.jitter ?? 0;
  const freshUntil = now + (jitter === 0 || ttl === Infinity ? ttl : ttl * (1 - jitter * random()));
  const staleUntil = freshUntil + (absent ? 0 : (options.staleWhileRevalidate ?? 0));
  return {
    created: now,
    freshUntil,
    staleUntil,
    keepUntil: Math.max(staleUntil, freshUntil + (absent ? 0 : (options.grace ?? 0))),
    absent,
    dependsOn: options.dependsOn ?? NONE,
    tags: options.tags ?? NONE,
    events: options.events ?? NONE,
    run,
  };
}

/** The error of options of a cache, a level or an entry that make no sense. */
export function invalidOptions(message: string): TenonError {
  return new TenonError("cache-options", message);
}

export const ENTRY_RULES: Rules<EntryOptions> = {
  ttl: duration,
  jitter: part,
  staleWhileRevalidate: duration,
  grace: duration,
  negativeTtl: duration,
  dependsOn: texts,
  tags: texts,
  events: texts,
};

/** Throws `cache-options`, naming the option that makes no sense. */
export function checkCacheOptions<Options extends object>(
  of: string,
  options: Options,
  rules: Rules<NoInfer<Options>>,
): void {
  checkGiven(of, options, rules, "cache-options");
}

export type Freshness = "fresh" | "stale" | "grace" | "gone";

export function freshnessOf(metadata: EntryMetadata, now: number): Freshness {
  if (metadata.freshUntil === Infinity) return "fresh";
  if (metadata.created > now + SKEW || now >= metadata.keepUntil) return "gone";
  if (now < metadata.freshUntil) return "fresh";
  return now < metadata.staleUntil ? "stale" : "grace";
}

/** Whether an entry names anything that could invalidate it. */
export function hasSources(metadata: EntryMetadata): boolean {
  return metadata.dependsOn.length + metadata.tags.length + metadata.events.length > 0;
}
