/** The most edits at which a name is still near. */
const MOST_EDITS = 2;
/** For a longer name no near one is looked for. */
const MOST_UNITS = 200;

/** The known names that a mistyped one may stand for, the nearest first; at most three. */
export function nearest(typed: string, known: readonly string[]): readonly string[] {
  if (typed.length > MOST_UNITS) return [];
  return known
    .filter((name) => name !== typed && Math.abs(name.length - typed.length) <= MOST_EDITS)
    .map((name) => ({ name, edits: editsBetween(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.min(MOST_EDITS, Math.ceil(name.length / 2)))
    .toSorted((one, other) => one.edits - other.edits)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** How many characters must be added, left out, changed or swapped with their neighbour. */
function editsBetween(one: string, other: string): number {
  let before: readonly number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last.at(-1)!;
}
