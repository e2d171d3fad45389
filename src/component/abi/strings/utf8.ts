import { trap } from "../trap.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Twice as fast or more in Node, and right wherever it had nothing to replace. */
const lossyUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Traps where the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = lossyUtf8.decode(bytes);
  if (!text.includes("\ufffd")) return text;
  try {
    return utf8.decode(bytes);
  } catch {
    return trap("invalid-utf8", "invalid utf-8 byte sequence");
  }
}
