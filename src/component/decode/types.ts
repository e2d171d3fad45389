// Binary.md, "Type Definitions".

import type {
  CoreModuleDeclaration,
  CoreTypeDefinition,
  Declaration,
  Definition,
  LabelledRef,
  OptionalLabelledRef,
  TypeDefinition,
  TypeRef,
} from "./definitions.ts";
import {
  readCoreExtern,
  readCoreValueType,
  readRecursionGroup,
  readSubtype,
} from "./core-types.ts";
import { isPrimitive, readAlias, readExternName, readExternType, readTypeRef } from "./externs.ts";
import type { Reader } from "./reader.ts";

function optional(reader: Reader): TypeRef | undefined {
  return reader.flag() ? readTypeRef(reader) : undefined;
}

function labelled(reader: Reader): LabelledRef {
  return { name: reader.name(), type: readTypeRef(reader) };
}

function variantCase(reader: Reader): OptionalLabelledRef {
  const one = { name: reader.name(), type: optional(reader) };
  reader.expect(0x00, "zero byte required");
  return one;
}

export function readResultList(reader: Reader): TypeRef | undefined {
  const form = reader.u8();
  if (form === 0x00) return readTypeRef(reader);
  if (form !== 0x01) throw reader.unexpected(form, "component function results");
  reader.expect(0x00, "number of results");
  return undefined;
}

export function readType(reader: Reader, depth: number): TypeDefinition {
  reader.budget.add("componentTypes", reader.at);
  const opcode = reader.u8();
  if (isPrimitive(opcode)) return { kind: "primitive", type: opcode - 0x80 };
  switch (opcode) {
    case 0x72:
      return { kind: "record", fields: reader.vector(labelled) };
    case 0x71:
      return { kind: "variant", cases: reader.vector(variantCase) };
    case 0x70:
      return { kind: "list", item: readTypeRef(reader), length: undefined };
    case 0x67:
      return { kind: "list", item: readTypeRef(reader), length: reader.u32() };
    case 0x6f:
      return { kind: "tuple", items: reader.vector(readTypeRef) };
    case 0x6e:
      return { kind: "flags", names: reader.vector((reader) => reader.name()) };
    case 0x6d:
      return { kind: "enum", names: reader.vector((reader) => reader.name()) };
    case 0x6b:
      return { kind: "option", item: readTypeRef(reader) };
    case 0x6a:
      return { kind: "result", ok: optional(reader), err: optional(reader) };
    case 0x69:
      return { kind: "own", resource: reader.u32() };
    case 0x68:
      return { kind: "borrow", resource: reader.u32() };
    case 0x66:
      return { kind: "stream", item: optional(reader) };
    case 0x65:
      return { kind: "future", item: optional(reader) };
    case 0x63:
      return { kind: "map", key: readTypeRef(reader), value: readTypeRef(reader) };
    case 0x43:
    case 0x40: {
      const params = reader.vector(labelled);
      return { kind: "func", async: opcode === 0x43, params, result: readResultList(reader) };
    }
    case 0x42:
      return { kind: "instance", items: declarations(reader, depth, false) };
    case 0x41:
      return { kind: "component", items: declarations(reader, depth, true) };
    case 0x3f:
      return {
        kind: "resource",
        rep: readCoreValueType(reader),
        destructor: reader.flag() ? reader.u32() : undefined,
      };
    default:
      throw reader.unexpected(opcode, "component defined type");
  }
}

function declarations(reader: Reader, depth: number, imports: boolean): Definition[] {
  reader.budget.raise("componentDepth", depth + 1, reader.at);
  return reader.vector((reader) => {
    const offset = reader.at;
    return { offset, ...declaration(reader, depth + 1, imports) };
  });
}

function declaration(reader: Reader, depth: number, imports: boolean): Declaration {
  const form = reader.u8();
  switch (form) {
    case 0x00:
      return { kind: "core-type", type: readCoreType(reader, depth) };
    case 0x01:
      return { kind: "type", type: readType(reader, depth) };
    case 0x02:
      reader.budget.add("componentAliases", reader.at);
      return readAlias(reader);
    case 0x03:
      if (imports) {
        reader.budget.add("componentImports", reader.at);
        return { kind: "import", name: readExternName(reader), type: readExternType(reader) };
      }
      break;
    case 0x04:
      reader.budget.add("componentExports", reader.at);
      return {
        kind: "export-declaration",
        name: readExternName(reader),
        type: readExternType(reader),
      };
  }
  throw reader.unexpected(form, "component or instance type declaration");
}

export function readCoreType(reader: Reader, depth: number): CoreTypeDefinition {
  reader.budget.add("componentTypes", reader.at);
  switch (reader.peek()) {
    case 0x50:
      reader.budget.raise("componentDepth", depth + 1, reader.at);
      reader.at++;
      return {
        kind: "module",
        items: reader.vector((reader) => moduleDeclaration(reader, depth + 1)),
      };
    case 0x00:
      // A subtype that isn't final, told apart from a module type by this byte.
      reader.at++;
      if (reader.peek() !== 0x50) throw reader.unexpected(reader.u8(), "core type");
      return { kind: "group", types: [readSubtype(reader)] };
    default:
      return { kind: "group", types: readRecursionGroup(reader) };
  }
}

function moduleDeclaration(reader: Reader, depth: number): CoreModuleDeclaration {
  const offset = reader.at;
  const form = reader.u8();
  switch (form) {
    case 0x00:
      reader.budget.add("componentImports", offset);
      return {
        offset,
        kind: "import",
        module: reader.name(),
        name: reader.name(),
        type: readCoreExtern(reader),
      };
    case 0x01:
      return { offset, kind: "type", type: nestedCoreType(reader, depth) };
    case 0x02:
      reader.expect(0x10, "outer alias kind");
      reader.expect(0x01, "outer alias target");
      return { offset, kind: "alias", count: reader.u32(), index: reader.u32() };
    case 0x03:
      reader.budget.add("componentExports", offset);
      return { offset, kind: "export", name: reader.name(), type: readCoreExtern(reader) };
    default:
      throw reader.unexpected(form, "type definition");
  }
}

/**
 * In a module type `0x50` starts a module type only where nothing of a subtype follows: see
 * Binary.md, "encoding ambiguity". Validation refuses the module type.
 */
function nestedCoreType(reader: Reader, depth: number): CoreTypeDefinition {
  const start = reader.at;
  if (reader.peek() === 0x50) {
    const [count, then] = [reader.bytes[start + 1], reader.bytes[start + 2]];
    if (count === 0x00 && (then === undefined || then < 0x5e || then > 0x65)) {
      return readCoreType(reader, depth);
    }
  }
  return { kind: "group", types: readRecursionGroup(reader) };
}
