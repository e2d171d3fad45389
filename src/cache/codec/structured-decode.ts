import { TenonError } from "../../errors.ts";
import { MAX_DEPTH, TAG } from "./structured-encode.ts";
import { ByteReader } from "./byte-reader.ts";

/** Throws `cache-value` on anything `encodeValue` doesn't write, whatever the bytes. */
export function decodeValue(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes, "the bytes are not a serialised value");
  let value: unknown;
  try {
    value = read(reader, 0);
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw reader.malformed(cause);
  }
  if (reader.left !== 0) throw reader.malformed();
  return value;
}

/** A count of things of at least one byte each, so that no count can claim more than there is. */
function readCount(from: ByteReader): number {
  const value = from.varint();
  if (value > from.left) throw from.malformed();
  return value;
}

function read(from: ByteReader, depth: number): unknown {
  if (depth > MAX_DEPTH) throw from.malformed();
  const tag = from.byte();
  switch (tag) {
    case TAG.undefined:
      return undefined;
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.positive:
      return from.varint();
    case TAG.negative:
      return -1 - from.varint();
    case TAG.double:
      return from.double();
    case TAG.bigint:
      return readBigint(from.utf8(readCount(from)));
    case TAG.bytes:
      return from.bytes(readCount(from));
    case TAG.date:
      return new Date(from.double());
    default:
      return readNested(from, tag, depth);
  }
}

function readNested(from: ByteReader, tag: number, depth: number): unknown {
  switch (tag) {
    case TAG.utf8:
    case TAG.utf16:
      return readString(from, tag);
    case TAG.map:
      return readMap(from, depth);
    case TAG.set:
      return readSet(from, depth);
    case TAG.array:
      return readArray(from, depth);
    case TAG.object:
      return readFields(from, {}, depth);
    case TAG.bareObject:
      return readFields(from, Object.create(null) as object, depth);
    default:
      throw from.malformed();
  }
}

function readString(from: ByteReader, tag: number): string {
  if (tag === TAG.utf8) return from.utf8(readCount(from));
  if (tag === TAG.utf16) return from.utf16(from.varint());
  throw from.malformed();
}

function readBigint(hex: string): bigint {
  return hex.startsWith("-") ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}

function readMap(from: ByteReader, depth: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let left = readCount(from); left > 0; left--) {
    const key = read(from, depth + 1);
    map.set(key, read(from, depth + 1));
  }
  return map;
}

function readSet(from: ByteReader, depth: number): Set<unknown> {
  const set = new Set<unknown>();
  for (let left = readCount(from); left > 0; left--) set.add(read(from, depth + 1));
  return set;
}

function readArray(from: ByteReader, depth: number): unknown[] {
  const length = readCount(from);
  const array: unknown[] = [];
  for (let i = 0; i < length; i++) array.push(read(from, depth + 1));
  return array;
}

function readFields(from: ByteReader, object: object, depth: number): object {
  for (let left = readCount(from); left > 0; left--) {
    const key = readString(from, from.byte());
    const value = read(from, depth + 1);
    // Defined, not assigned: "__proto__" is a name like any other here.
    if (key === "__proto__") {
      Object.defineProperty(object, key, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    } else {
      (object as Record<string, unknown>)[key] = value;
    }
  }
  return object;
}
