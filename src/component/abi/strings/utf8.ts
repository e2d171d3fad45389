import { trap } from "../trap.ts";
import { lossyUtf8, strictUtf8 } from "../../../utf8.ts";

/** Twice as fast or more in Node, and right wherever it had nothing to replace. */

/** Traps where the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = lossyUtf8.decode(bytes);
  if (!text.includes("\ufffd")) return text;
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return trap("invalid-utf8", "invalid utf-8 byte sequence");
  }
}
