import * as z from "zod/mini";

/**
 * The schema of a list in a scope. The list is sorted and its repeats are removed, so that two
 * scopes that mean the same are equal.
 */
export function scopeList<Item extends string>(
  item: z.ZodMiniType<Item>,
  max: number,
): z.ZodMiniType<readonly Item[]> {
  return z.pipe(
    z.array(item).check(z.minLength(1), z.maxLength(max)),
    z.transform((items: Item[]) => sortedSet(items)),
  );
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
