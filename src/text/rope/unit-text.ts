// Strings from arrays of units, and back.
import { strictUtf8 } from "../../utf8.ts";

const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const wideDecoder = new TextDecoder(little ? "utf-16le" : "utf-16be", {
  fatal: true,
  ignoreBOM: true,
});

/** The string of the first `length` bytes, which must be ASCII. */
export function asciiText(bytes: Uint8Array<ArrayBuffer>, length: number): string {
  return strictUtf8.decode(bytes.subarray(0, length));
}

/**
 * The string of `units[from, to)`. For a few units, char codes are faster than a decoder, and only
 * char codes keep a lone surrogate.
 */
export function wideText(units: Uint16Array<ArrayBuffer>, from: number, to: number): string {
  if (to - from > 64) {
    try {
      return wideDecoder.decode(units.subarray(from, to));
    } catch {
      const half = (from + to) >> 1;
      return wideText(units, from, half) + wideText(units, half, to);
    }
  }
  let text = "";
  let at = from;
  for (; at + 8 <= to; at += 8) {
    text += String.fromCharCode(
      units[at]!,
      units[at + 1]!,
      units[at + 2]!,
      units[at + 3]!,
      units[at + 4]!,
      units[at + 5]!,
      units[at + 6]!,
      units[at + 7]!,
    );
  }
  for (; at < to; at++) text += String.fromCharCode(units[at]!);
  return text;
}
