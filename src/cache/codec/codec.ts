import { TenonError } from "../../errors.ts";
import { isUint8Array } from "../../realms.ts";
import { decodeValue } from "./structured-decode.ts";
import { encodeValue } from "./structured-encode.ts";

/** How a value becomes bytes for the levels below the first, and back. */
export interface CacheCodec<Value> {
  /**
   * The cache keeps the bytes: they must not change afterwards. Throws where it can't; the value
   * stays in level 1 then.
   */
  encode(value: Value): Uint8Array;
  /**
   * Must neither alter nor keep `bytes`: other readers may be given the same ones. Throws on bytes
   * that it did not make.
   */
  decode(bytes: Uint8Array): Value;
}

/**
 * Exact round trip of undefined, null, booleans, numbers, bigints, strings (lone surrogates too),
 * Uint8Array, Date, Map, Set, arrays and plain objects; anything else is refused (`cache-value`),
 * never approximated. Of an object it takes the enumerable properties, of an array the elements.
 */
export const structuredCodec: CacheCodec<unknown> = { encode: encodeValue, decode: decodeValue };

/**
 * For values that are Uint8Arrays: they are copied neither on the way in nor on the way out. A
 * caller that gets such a value must not write to it.
 */
export const bytesCodec: CacheCodec<Uint8Array> = {
  encode(value) {
    if (isUint8Array(value)) return value;
    throw new TenonError("cache-value", "bytesCodec takes a Uint8Array; use structuredCodec");
  },
  decode: (bytes) => bytes,
};
