// Writing WebAssembly's binary format.
import { utf8Encoder } from "../../utf8.ts";

/** LEB128 of an unsigned integer. */
export function leb(value: number | bigint): number[] {
  if (typeof value === "number" && value < 0x80) return [value];
  const bytes: number[] = [];
  let left = BigInt(value);
  do {
    const more = left > 0x7fn;
    bytes.push(Number(left & 0x7fn) | (more ? 0x80 : 0));
    left >>= 7n;
  } while (left > 0n);
  return bytes;
}

/** LEB128 of a signed integer that is not negative. */
export function sleb(value: number): number[] {
  const bytes = leb(value);
  const last = bytes.at(-1)!;
  if ((last & 0x40) === 0) return bytes;
  return [...bytes.slice(0, -1), last | 0x80, 0];
}

/** `core:name`. */
export function name(text: string): number[] {
  const bytes = utf8Encoder.encode(text);
  return [...leb(bytes.length), ...bytes];
}

/** Concatenates arrays of bytes. */
export function rows(...parts: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flat());
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
