import { z } from "zod";

/**
 * The schema of a list in a scope. The list is sorted and its repeats are removed, so that two
 * scopes that mean the same are equal.
 */
export function scopeList(item: z.ZodType<string>, max: number): z.ZodType<readonly string[]> {
  return z.array(item).min(1).max(max).transform(sortedSet);
}

export function sortedSet<Item extends string>(items: readonly Item[]): readonly Item[] {
  return [...new Set(items)].sort();
}

/** The items in both lists; undefined where there are none. */
export function commonItems<Item extends string>(
  one: readonly Item[],
  other: readonly Item[],
): readonly Item[] | undefined {
  const common = sortedSet(one.filter((item) => other.includes(item)));
  return common.length === 0 ? undefined : common;
}

/** A size as a person reads it, rounded up: `10 MiB`. */
export function shownBytes(bytes: number): string {
  return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / (1 << 20))} MiB`;
}
