// Binary.md, "Import and Export Definitions", "Alias Definitions" and the sorts they name.

import type {
  Attribute,
  Declaration,
  ExternName,
  ExternRef,
  NamedSortIndex,
  Sort,
  SortIndex,
  TypeRef,
} from "./definitions.ts";
import { malformed } from "../faults.ts";
import type { Reader } from "./reader.ts";

export function readTypeRef(reader: Reader): TypeRef {
  const start = reader.at;
  const type = reader.s33();
  if (type >= 0 || isPrimitive(type + 0x80)) return type;
  throw malformed(start, "not a value type");
}

/** Whether `opcode`, a byte, is a primitive type's. */
export function isPrimitive(opcode: number): boolean {
  return (opcode >= 0x73 && opcode <= 0x7f) || opcode === 0x64;
}

const coreSorts: Readonly<Record<number, Sort>> = {
  0x00: "core-func",
  0x01: "core-table",
  0x02: "core-memory",
  0x03: "core-global",
  0x04: "core-tag",
  0x10: "core-type",
  0x11: "module",
  0x12: "core-instance",
};

const sorts: Readonly<Record<number, Sort>> = {
  0x01: "func",
  0x02: "value",
  0x03: "type",
  0x04: "component",
  0x05: "instance",
};

function readSort(reader: Reader): Sort {
  const byte = reader.u8();
  const sort = byte === 0x00 ? coreSorts[reader.u8()] : sorts[byte];
  if (sort === undefined) throw malformed(reader.at - 1, "unknown sort");
  return sort;
}

/** `sortidx`: the sorts that can be passed, exported and imported; of the core ones only modules. */
export function readSortIndex(reader: Reader): SortIndex {
  const start = reader.at;
  const sort = readSort(reader);
  if (sort !== "module" && sort.startsWith("core-")) {
    throw malformed(start, "invalid leading byte for component external kind");
  }
  return { sort, index: reader.u32() };
}

export function readCoreExport(reader: Reader): NamedSortIndex {
  const name = reader.name();
  const byte = reader.u8();
  const sort = byte <= 0x04 ? coreSorts[byte] : undefined;
  if (sort === undefined) throw reader.unexpected(byte, "core export");
  return { name, sort, index: reader.u32() };
}

export function readAlias(reader: Reader): Declaration {
  const start = reader.at;
  const sort = readSort(reader);
  const target = reader.u8();
  switch (target) {
    case 0x00:
      if (sort !== "module" && sort.startsWith("core-")) break;
      return { kind: "alias-export", sort, instance: reader.u32(), name: reader.name() };
    case 0x01:
      if (!sort.startsWith("core-") || sort === "core-type" || sort === "core-instance") break;
      return { kind: "alias-core-export", sort, instance: reader.u32(), name: reader.name() };
    case 0x02:
      if (!["module", "core-type", "component", "type"].includes(sort)) break;
      return { kind: "alias-outer", sort, count: reader.u32(), index: reader.u32() };
    default:
      throw reader.unexpected(target, "alias");
  }
  throw malformed(start, `an alias of this form can't name a ${sort}`);
}

export function readExternName(reader: Reader): ExternName {
  const form = reader.u8();
  if (form > 0x02) throw reader.unexpected(form, "component name");
  return {
    name: reader.name(),
    attributes: form === 0x02 ? reader.vector(attribute) : [],
  };
}

function attribute(reader: Reader): Attribute {
  const form = reader.u8();
  if (form > 0x02) throw reader.unexpected(form, "name option");
  const kind = form === 0x00 ? "implements" : form === 0x01 ? "version-suffix" : "external-id";
  return { kind, value: reader.name() };
}

export function readExternType(reader: Reader): ExternRef {
  const kind = reader.u8();
  switch (kind) {
    case 0x00:
      reader.expect(0x11, "component external kind");
      return { kind: "module", type: reader.u32() };
    case 0x01:
      return { kind: "func", type: reader.u32() };
    case 0x02: {
      const bound = reader.u8();
      if (bound === 0x00) return { kind: "value-equal", value: reader.u32() };
      if (bound === 0x01) return { kind: "value", type: readTypeRef(reader) };
      throw reader.unexpected(bound, "value bound");
    }
    case 0x03: {
      const bound = reader.u8();
      if (bound === 0x00) return { kind: "type-equal", type: reader.u32() };
      if (bound === 0x01) return { kind: "resource" };
      throw reader.unexpected(bound, "type bound");
    }
    case 0x04:
      return { kind: "component", type: reader.u32() };
    case 0x05:
      return { kind: "instance", type: reader.u32() };
    default:
      throw reader.unexpected(kind, "component external kind");
  }
}
