import { Buffer, isAscii } from "node:buffer";

const latin1Slice = Buffer.prototype.latin1Slice;

/**
 * Decodes bytes that are plain ASCII; returns undefined for others. For long texts it is several
 * times faster than TextDecoder.
 */
export function decodeAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  return isAscii(bytes.subarray(start, end))
    ? (latin1Slice.call(bytes, start, end) as string)
    : undefined;
}
