import fc from "fast-check";
import type { TextEdit } from "../../src/text/index.ts";

/** A batch of edits for a text so long: sorted, without overlap; some touch. */
export function editsOf(length: number): fc.Arbitrary<TextEdit[]> {
  const cuts = fc.array(fc.nat({ max: length }), { maxLength: 10 });
  const texts = fc.array(fc.constantFrom("", "A", "BC", "D\n", "😀", "\r"), {
    minLength: 5,
    maxLength: 5,
  });
  return fc.tuple(cuts, texts).map(([places, inserts]) => {
    const sorted = places.toSorted((a, b) => a - b);
    const edits: TextEdit[] = [];
    for (let i = 0; i + 1 < sorted.length; i += 2) {
      edits.push({ start: sorted[i]!, end: sorted[i + 1]!, insert: inserts[i / 2]! });
    }
    return edits;
  });
}

export function applied(text: string, edits: readonly TextEdit[]): string {
  return edits.reduceRight(
    (text, { start, end, insert }) => text.slice(0, start) + insert + text.slice(end),
    text,
  );
}
