import { z } from "zod";

/** A list in a scope: sorted and without repeats, so that two scopes that mean the same are the same. */
export function scopeList(item: z.ZodType<string>, max: number): z.ZodType<readonly string[]> {
  return z.array(item).min(1).max(max).transform(sortedSet);
}

export function sortedSet<Item extends string>(items: readonly Item[]): readonly Item[] {
  return [...new Set(items)].sort();
}

/** What is in both lists; undefined where nothing is. */
export function commonItems<Item extends string>(
  one: readonly Item[],
  other: readonly Item[],
): readonly Item[] | undefined {
  const common = sortedSet(one.filter((item) => other.includes(item)));
  return common.length === 0 ? undefined : common;
}
