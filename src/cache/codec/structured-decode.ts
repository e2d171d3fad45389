import { TenonError } from "../../errors.ts";
import { MAX_DEPTH, TAG } from "./structured-encode.ts";
import { strictUtf8 } from "../../utf8.ts";

/** Throws `cache-value` on anything `encodeValue` doesn't write, whatever the bytes. */
export function decodeValue(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  let value: unknown;
  try {
    value = read(reader, 0);
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw new TenonError("cache-value", "the bytes are not a serialised value", { cause });
  }
  if (reader.left !== 0) throw malformed();
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw malformed();
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 49) throw malformed();
    }
    if (value > Number.MAX_SAFE_INTEGER) throw malformed();
    return value;
  }

  /** A count of things of at least one byte each, so that no count can claim more than there is. */
  count(): number {
    const value = this.varint();
    if (value > this.left) throw malformed();
    return value;
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  bytes(): Uint8Array {
    const length = this.count();
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  utf8(): string {
    const length = this.count();
    const start = this.#at;
    this.#at += length;
    return length <= 24
      ? this.#short(start, length)
      : strictUtf8.decode(this.#bytes.subarray(start, start + length));
  }

  utf16(): string {
    const length = this.varint();
    if (length * 2 > this.left) throw malformed();
    const units: string[] = [];
    for (let i = 0; i < length; i++, this.#at += 2) {
      units.push(String.fromCharCode(this.#view.getUint16(this.#at, true)));
    }
    return units.join("");
  }

  /** A decoder costs more to call than a short text of ASCII takes. */
  #short(start: number, length: number): string {
    let text = "";
    for (let i = start; i < start + length; i++) {
      const unit = this.#bytes[i]!;
      if (unit > 0x7f) return strictUtf8.decode(this.#bytes.subarray(start, start + length));
      text += String.fromCharCode(unit);
    }
    return text;
  }
}

function read(from: Reader, depth: number): unknown {
  if (depth > MAX_DEPTH) throw malformed();
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
      return readBigint(from.utf8());
    case TAG.bytes:
      return from.bytes();
    case TAG.date:
      return new Date(from.double());
    default:
      return readNested(from, tag, depth);
  }
}

function readNested(from: Reader, tag: number, depth: number): unknown {
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
      throw malformed();
  }
}

function readString(from: Reader, tag: number): string {
  if (tag === TAG.utf8) return from.utf8();
  if (tag === TAG.utf16) return from.utf16();
  throw malformed();
}

function readBigint(hex: string): bigint {
  return hex.startsWith("-") ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}

function readMap(from: Reader, depth: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let left = from.count(); left > 0; left--) {
    const key = read(from, depth + 1);
    map.set(key, read(from, depth + 1));
  }
  return map;
}

function readSet(from: Reader, depth: number): Set<unknown> {
  const set = new Set<unknown>();
  for (let left = from.count(); left > 0; left--) set.add(read(from, depth + 1));
  return set;
}

function readArray(from: Reader, depth: number): unknown[] {
  const length = from.count();
  const array: unknown[] = [];
  for (let i = 0; i < length; i++) array.push(read(from, depth + 1));
  return array;
}

function readFields(from: Reader, object: object, depth: number): object {
  for (let left = from.count(); left > 0; left--) {
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

function malformed(): TenonError {
  return new TenonError("cache-value", "the bytes are not a serialised value");
}
