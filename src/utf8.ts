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

/**
 * The text of a file of JSON or WIT, which people edit, without the byte order mark that editors on
 * Windows begin a file with. RFC 8259, section 8.1, allows it.
 */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Bytes of a string in UTF-8; a lone surrogate counts as U+FFFD (three bytes). */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) {
      // A surrogate pair is two units and four bytes.
      i++;
    }
  }
  return bytes;
}

/** The longest prefix of `text` with at most `maxBytes` of UTF-8. No character is split. */
export function cutUtf8(text: string, maxBytes: number): string {
  // A unit is at least one byte, so the rest can't be part of the result.
  const start = text.length > maxBytes ? text.slice(0, maxBytes) : text;
  let bytes = 0;
  for (let i = 0; i < start.length; i++) {
    const unit = start.charCodeAt(i);
    const pair = isHigh(unit) && isLow(start.charCodeAt(i + 1));
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? 4 : 3;
    if (bytes > maxBytes) return start.slice(0, i);
    if (pair) i++;
  }
  return start;
}

/** Orders strings by their UTF-8 bytes, which is the order of their code points. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Whether a unit is the first of a surrogate pair. */
export function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** Whether a unit is the second of a surrogate pair. */
export function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
