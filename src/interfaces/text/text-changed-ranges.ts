import type * as Contract from "../generated/host/text.ts";
import type { ByteRange } from "../generated/host/types.ts";
import type { TextEdit } from "../../text/index.ts";

/** Limit of text.wit. */
const maxRanges = 1000;

/**
 * The places of a change in bytes (see Utf8View), before and after it. They are sorted, do not
 * touch, and are at most `most`: where there are more, those with the smallest gaps between them
 * are joined.
 */
export function changedRanges(
  edits: readonly TextEdit[],
  most: number = maxRanges,
): Contract.ChangedRange[] {
  const places = placesOf(edits);
  const gaps = places.slice(1).map(({ before }, i) => before.start - places[i]!.before.end);
  // A range begins where the gap before it is one of the widest.
  const widest = gaps.toSorted((a, b) => b - a);
  const least = Math.max(1, (widest[most - 1] ?? 0) + 1);
  let left = most - 1 - gaps.filter((gap) => gap >= least).length;
  const joined: Contract.ChangedRange[] = [];
  for (const [i, place] of places.entries()) {
    const gap = i === 0 ? Number.POSITIVE_INFINITY : gaps[i - 1]!;
    const apart = gap >= least || (gap > 0 && gap === least - 1 && left-- > 0);
    const last = joined.at(-1);
    if (last === undefined || apart) joined.push(place);
    else
      joined[joined.length - 1] = {
        before: to(last.before, place.before),
        after: to(last.after, place.after),
      };
  }
  return joined;
}

function placesOf(edits: readonly TextEdit[]): readonly Contract.ChangedRange[] {
  const places: Contract.ChangedRange[] = [];
  let shift = 0;
  for (const { start, end, insert } of edits) {
    const from = start + shift;
    places.push({ before: { start, end }, after: { start: from, end: from + insert.length } });
    shift += insert.length - (end - start);
  }
  return places;
}

function to({ start }: ByteRange, { end }: ByteRange): ByteRange {
  return { start, end };
}
