import { TenonError } from "../../errors.ts";
import { builtInKind } from "../../realms.ts";
import { utf8Encoder } from "../../utf8.ts";

/** One byte before each value. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** An integer of 0 or more as a varint. */
  positive: 4,
  /** -1 - n as a varint. */
  negative: 5,
  double: 6,
  bigint: 7,
  utf8: 8,
  /** A string that isn't well formed, as UTF-16 units. */
  utf16: 9,
  bytes: 10,
  date: 11,
  map: 12,
  set: 13,
  array: 14,
  object: 15,
  /** One without a prototype. */
  bareObject: 16,
} as const;

/** Deeper values are refused; cycles run into it, too. */
export const MAX_DEPTH = 500;

export function encodeValue(value: unknown): Uint8Array {
  const writer = new Writer();
  write(writer, value, 0);
  return writer.finish();
}

class Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** `value` is an integer from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.varint(value.byteLength);
    this.#reserve(value.byteLength);
    this.#bytes.set(value, this.#length);
    this.#length += value.byteLength;
  }

  utf8(text: string): void {
    if (text.length > 64) return this.bytes(utf8Encoder.encode(text));
    // At most 192 bytes, so two bytes of length, the second one 0 where one would do.
    this.#reserve(2 + text.length * 3);
    const at = this.#length + 2;
    const { written } = utf8Encoder.encodeInto(text, this.#bytes.subarray(at));
    this.#bytes[at - 2] = (written & 0x7f) | 0x80;
    this.#bytes[at - 1] = written >>> 7;
    this.#length = at + written;
  }

  utf16(text: string): void {
    this.varint(text.length);
    this.#reserve(text.length * 2);
    for (let i = 0; i < text.length; i++) {
      this.#view.setUint16(this.#length, text.charCodeAt(i), true);
      this.#length += 2;
    }
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function write(to: Writer, value: unknown, depth: number): void {
  switch (typeof value) {
    case "undefined":
      return to.byte(TAG.undefined);
    case "boolean":
      return to.byte(value ? TAG.true : TAG.false);
    case "number":
      return writeNumber(to, value);
    case "string":
      return writeString(to, value);
    case "bigint":
      to.byte(TAG.bigint);
      return to.utf8(value.toString(16));
    case "object":
      return value === null ? to.byte(TAG.null) : writeObject(to, value, depth);
    default:
      throw refused(`a ${typeof value}`);
  }
}

function writeNumber(to: Writer, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    to.byte(TAG.double);
    to.double(value);
  } else if (value >= 0) {
    to.byte(TAG.positive);
    to.varint(value);
  } else {
    to.byte(TAG.negative);
    to.varint(-1 - value);
  }
}

function writeString(to: Writer, value: string): void {
  if (value.isWellFormed()) {
    to.byte(TAG.utf8);
    to.utf8(value);
  } else {
    to.byte(TAG.utf16);
    to.utf16(value);
  }
}

function writeObject(to: Writer, value: object, depth: number): void {
  if (depth >= MAX_DEPTH) {
    throw refused(`one nested deeper than ${MAX_DEPTH}, or within itself,`);
  }
  switch (builtInKind(value)) {
    case "array":
      return writeArray(to, value as unknown[], depth);
    case "object":
      to.byte(TAG.object);
      return writeFields(to, value, depth);
    case "bare object":
      to.byte(TAG.bareObject);
      return writeFields(to, value, depth);
    case "bytes":
      to.byte(TAG.bytes);
      return to.bytes(value as Uint8Array);
    case "date":
      to.byte(TAG.date);
      return to.double((value as Date).getTime());
    case "map":
      return writeMap(to, value as Map<unknown, unknown>, depth);
    case "set":
      return writeSet(to, value as Set<unknown>, depth);
    case undefined:
      throw refused("an object of a class");
  }
}

function writeFields(to: Writer, value: object, depth: number): void {
  if (Object.getOwnPropertySymbols(value).length > 0) throw refused("an object with symbol keys");
  const keys = Object.keys(value);
  to.varint(keys.length);
  for (const key of keys) {
    writeString(to, key);
    write(to, (value as Record<string, unknown>)[key], depth + 1);
  }
}

function writeArray(to: Writer, value: readonly unknown[], depth: number): void {
  to.byte(TAG.array);
  to.varint(value.length);
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (item === undefined && !(i in value)) throw refused("an array with holes");
    write(to, item, depth + 1);
  }
}

function writeMap(to: Writer, value: ReadonlyMap<unknown, unknown>, depth: number): void {
  to.byte(TAG.map);
  to.varint(value.size);
  for (const [key, item] of value) {
    write(to, key, depth + 1);
    write(to, item, depth + 1);
  }
}

function writeSet(to: Writer, value: ReadonlySet<unknown>, depth: number): void {
  to.byte(TAG.set);
  to.varint(value.size);
  for (const item of value) write(to, item, depth + 1);
}

function refused(what: string): TenonError {
  return new TenonError("cache-value", `${what} can't be serialised exactly: give a codec for it`);
}
