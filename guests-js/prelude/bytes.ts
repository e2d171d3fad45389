import {
  bufferLength,
  typedBuffer,
  typedBytes,
  typedName,
  typedOffset,
  viewBuffer,
  viewLength,
  viewOffset,
} from "./primordials.ts";

const Bytes = Uint8Array;

/** The bytes of a buffer or a view, not copied. Throws a TypeError for anything else. */
export function bytesOf(source: unknown): Uint8Array<ArrayBuffer> {
  if (typeof source === "object" && source !== null) {
    if (typedName(source) !== undefined) {
      return new Bytes(typedBuffer(source), typedOffset(source), typedBytes(source));
    }
    try {
      return new Bytes(source as ArrayBuffer, 0, bufferLength(source));
    } catch {
      // A DataView, or nothing of the kind.
    }
    try {
      return new Bytes(viewBuffer(source), viewOffset(source), viewLength(source));
    } catch {
      // Nothing of the kind.
    }
  }
  throw new TypeError("Bytes are wanted: an ArrayBuffer, or a view of one.");
}
