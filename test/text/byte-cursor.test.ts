import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TextBuffer } from "../../src/text/index.ts";
import { ByteCursor } from "../../src/text/rope/byte-cursor.ts";

const someText = fc
  .array(
    fc.constantFrom(
      "a",
      "é",
      "€",
      "😀",
      "\ud83d",
      "\ude00",
      "\r\n",
      "x".repeat(900),
      "ß".repeat(3_000),
    ),
  )
  .map((parts) => parts.join(""));

// The place, or the code of the error.
function said(convert: () => number): number | string {
  try {
    return convert();
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

test("a cursor converts as a walk from the root does, wherever it stands", () => {
  fc.assert(
    fc.property(
      someText,
      fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1.01, noNaN: true }))),
      fc.boolean(),
      (content, places, sorted) => {
        const text = new TextBuffer(content);
        const cursor = new ByteCursor(text);
        if (sorted) places.sort(([, one], [, other]) => one - other);
        for (const [toByte, part] of places) {
          const place = Math.floor(part * (toByte ? text.length : text.byteLength));
          expect(said(() => (toByte ? cursor.byteAt(place) : cursor.offsetOfByte(place)))).toBe(
            said(() => (toByte ? text.byteAt(place) : text.offsetOfByte(place))),
          );
        }
      },
    ),
  );
});
