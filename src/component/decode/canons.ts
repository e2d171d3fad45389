// Binary.md, "Canonical Definitions".

import { builtins } from "./builtins.ts";
import type { Canon, CanonOption } from "./definitions.ts";
import { readCoreValueType } from "./core-types.ts";
import { readResultList } from "./types.ts";
import type { Reader } from "./reader.ts";

const options: readonly CanonOption["kind"][] = [
  "utf8",
  "utf16",
  "latin1+utf16",
  "memory",
  "realloc",
  "post-return",
  "async",
  "callback",
];

function readOption(reader: Reader): CanonOption {
  const code = reader.u8();
  const kind = options[code];
  if (kind === undefined) throw reader.unexpected(code, "canonical option");
  const indexed = code >= 0x03 && code !== 0x06;
  return { kind, index: indexed ? reader.u32() : 0 };
}

export function readCanon(reader: Reader): Canon {
  const opcode = reader.u8();
  switch (opcode) {
    case 0x00: {
      reader.expect(0x00, "canonical function lift");
      const func = reader.u32();
      const options = reader.vector(readOption);
      return { name: "lift", func, options, type: reader.u32() };
    }
    case 0x01:
      reader.expect(0x00, "canonical function lower");
      return { name: "lower", func: reader.u32(), options: reader.vector(readOption) };
    case 0x09: {
      const type = readResultList(reader);
      return { name: "task.return", type, options: reader.vector(readOption) };
    }
    case 0x0a:
    case 0x0b: {
      const coreType = readCoreValueType(reader);
      const name = opcode === 0x0a ? "context.get" : "context.set";
      return { name, coreType, slot: reader.u32() };
    }
  }
  const builtin = builtins[opcode];
  if (builtin === undefined) throw reader.unexpected(opcode, "canonical function");
  const [name, immediates, signature] = builtin.split(" ") as [string, string, string?];
  const canon: { -readonly [Key in keyof Canon]: Canon[Key] } = { name };
  if (signature !== undefined) canon.signature = signature;
  for (const immediate of immediates) {
    switch (immediate) {
      case "t":
      case "f":
        canon.type = reader.u32();
        break;
      case "o":
        canon.options = reader.vector(readOption);
        break;
      case "a":
        canon.async = reader.flag();
        break;
      case "c":
        canon.cancellable = reader.flag();
        break;
      case "s":
        canon.shared = reader.flag();
        break;
      case "m":
        canon.memory = reader.u32();
        break;
      case "b":
        canon.table = reader.u32();
        break;
    }
  }
  return canon;
}
