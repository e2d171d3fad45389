// Core types as WebAssembly's binary format writes them: used for a component's core types and
// for the type sections of the modules in it.

import type { CoreExternRef, CoreLimitsRef, CoreRef, CoreSubtype } from "./definitions.ts";
import { malformed } from "../faults.ts";
import type { Reader } from "./reader.ts";

const numbers: Readonly<Record<number, string>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
};

const heaps: Readonly<Record<number, string>> = {
  0x75: "nocont",
  0x74: "noexn",
  0x73: "nofunc",
  0x72: "noextern",
  0x71: "none",
  0x70: "func",
  0x6f: "extern",
  0x6e: "any",
  0x6d: "eq",
  0x6c: "i31",
  0x6b: "struct",
  0x6a: "array",
  0x69: "exn",
  0x68: "cont",
};

export function readCoreValueType(reader: Reader): CoreRef {
  const byte = reader.u8();
  const number = numbers[byte];
  if (number !== undefined) return number;
  if (byte === 0x63 || byte === 0x64) return reference(byte === 0x63, reader);
  const shared = byte === 0x65;
  const heap = heaps[shared ? reader.u8() : byte];
  if (heap === undefined) throw reader.unexpected(byte, "core value type");
  return `(ref null ${shared ? "shared " : ""}${heap})`;
}

function reference(nullable: boolean, reader: Reader): CoreRef {
  const shared = reader.peek() === 0x65;
  if (shared) reader.at++;
  const start = reader.at;
  const heap = reader.s33();
  if (heap >= 0) return { nullable, index: heap };
  const name = heap >= -64 ? heaps[heap + 0x80] : undefined;
  if (name === undefined) throw malformed(start, "unknown heap type");
  return `(ref ${nullable ? "null " : ""}${shared ? "shared " : ""}${name})`;
}

/** One recursion group; `first` is its first byte's value, still unread. */
export function readRecursionGroup(reader: Reader): CoreSubtype[] {
  if (reader.peek() !== 0x4e) return [readSubtype(reader)];
  reader.at++;
  return reader.vector(readSubtype);
}

export function readSubtype(reader: Reader): CoreSubtype {
  const first = reader.peek();
  const declared = first === 0x50 || first === 0x4f;
  if (declared) reader.at++;
  const supertypes = declared ? reader.vector((reader) => reader.u32()) : [];
  return { final: first !== 0x50, supertypes, type: composite(reader) };
}

function composite(reader: Reader): CoreSubtype["type"] {
  let byte = reader.u8();
  const shared = byte === 0x65;
  if (shared) byte = reader.u8();
  switch (byte) {
    case 0x60:
      return {
        kind: "func",
        shared,
        params: reader.vector(readCoreValueType),
        results: reader.vector(readCoreValueType),
      };
    case 0x5f: {
      const fields: (CoreRef | string)[] = [];
      for (let count = reader.count(); count > 0; count--) field(reader, fields);
      return { kind: "struct", shared, fields };
    }
    case 0x5e: {
      const fields: (CoreRef | string)[] = [];
      field(reader, fields);
      return { kind: "array", shared, fields };
    }
    default:
      throw reader.unexpected(byte, "core type");
  }
}

/** A field is two entries: what it stores and `mut` or `const`. */
function field(reader: Reader, fields: (CoreRef | string)[]): void {
  const byte = reader.peek();
  if (byte === 0x78 || byte === 0x77) {
    reader.at++;
    fields.push(byte === 0x78 ? "i8" : "i16");
  } else {
    fields.push(readCoreValueType(reader));
  }
  fields.push(reader.flag() ? "mut" : "const");
}

/** `core:externtype`, the kind included. */
export function readCoreExtern(reader: Reader): CoreExternRef {
  const kind = reader.u8();
  switch (kind) {
    case 0x00:
    case 0x20: // exact
      return { kind: "func", type: reader.u32() };
    case 0x01:
      return readTableType(reader);
    case 0x02:
      return readMemoryType(reader);
    case 0x03:
      return readGlobalType(reader);
    case 0x04:
      return readTagType(reader);
    default:
      throw reader.unexpected(kind, "external kind");
  }
}

export function readTagType(reader: Reader): CoreExternRef {
  reader.expect(0x00, "tag");
  return { kind: "tag", type: reader.u32() };
}

export function readTableType(reader: Reader): CoreExternRef {
  const element = readCoreValueType(reader);
  return { kind: "table", element, limits: limits(reader, reader.u8() & ~0x08) };
}

export function readMemoryType(reader: Reader): CoreExternRef {
  const flags = reader.u8();
  const read = limits(reader, flags & ~0x08);
  return { kind: "memory", limits: read, pageSizeLog2: flags & 0x08 ? reader.u32() : 16 };
}

function limits(reader: Reader, flags: number): CoreLimitsRef {
  if (flags > 0x07) throw reader.unexpected(flags, "limits");
  const wide = (flags & 0x04) !== 0;
  const initial = wide ? reader.u64() : BigInt(reader.u32());
  const maximum = flags & 0x01 ? (wide ? reader.u64() : BigInt(reader.u32())) : undefined;
  return { initial, maximum, shared: (flags & 0x02) !== 0, wide };
}

export function readGlobalType(reader: Reader): CoreExternRef {
  const type = readCoreValueType(reader);
  const flags = reader.u8();
  if (flags > 3) throw reader.unexpected(flags, "global");
  return { kind: "global", type, mutable: (flags & 1) !== 0, shared: (flags & 2) !== 0 };
}
