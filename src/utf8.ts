/** Text to UTF-8. Half of a surrogate pair becomes U+FFFD. */
export const utf8Encoder: TextEncoder = new TextEncoder();

/** UTF-8 to text, a byte order mark included. Throws for bytes that are not UTF-8. */
export const strictUtf8: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 to text, a byte order mark included. Bytes that are not UTF-8 become U+FFFD. */
export const lossyUtf8: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A value as JSON, in UTF-8. */
export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8Encoder.encode(JSON.stringify(value));
}

/** Reads what `encodeJson` has written. Throws for bytes that are not JSON. */
export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(lossyUtf8.decode(bytes));
}
