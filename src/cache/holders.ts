/** Which levels hold an entry: a bit for each, the first level's being this one. */
export const MEMORY = 1;

/** The bit of a level below the first, by its index among those. */
export function holderOf(index: number): number {
  return MEMORY << (index + 1);
}
