/// Binary.md, "Canonical Definitions".

import type { Canon, CanonOption } from "./definitions.ts";
import { readCoreValueType } from "./core-types.ts";
import { readResultList } from "./types.ts";
import type { Reader } from "./reader.ts";

/// Which immediates follow a built-in's opcode, in order: `t` a type index, `o` options, `a`
/// async?, `c` cancel?, `s` shared?, `m` a memory, `b` a table, `f` a core type index.
const builtins: Readonly<Record<number, readonly [name: string, immediates: string]>> = {
  0x02: ["resource.new", "t"],
  0x03: ["resource.drop", "t"],
  0x04: ["resource.rep", "t"],
  0x05: ["task.cancel", ""],
  0x06: ["subtask.cancel", "a"],
  0x0c: ["thread.yield", "c"],
  0x0d: ["subtask.drop", ""],
  0x0e: ["stream.new", "t"],
  0x0f: ["stream.read", "to"],
  0x10: ["stream.write", "to"],
  0x11: ["stream.cancel-read", "ta"],
  0x12: ["stream.cancel-write", "ta"],
  0x13: ["stream.drop-readable", "t"],
  0x14: ["stream.drop-writable", "t"],
  0x15: ["future.new", "t"],
  0x16: ["future.read", "to"],
  0x17: ["future.write", "to"],
  0x18: ["future.cancel-read", "ta"],
  0x19: ["future.cancel-write", "ta"],
  0x1a: ["future.drop-readable", "t"],
  0x1b: ["future.drop-writable", "t"],
  0x1c: ["error-context.new", "o"],
  0x1d: ["error-context.debug-message", "o"],
  0x1e: ["error-context.drop", ""],
  0x1f: ["waitable-set.new", ""],
  0x20: ["waitable-set.wait", "cm"],
  0x21: ["waitable-set.poll", "cm"],
  0x22: ["waitable-set.drop", ""],
  0x23: ["waitable.join", ""],
  0x24: ["backpressure.inc", ""],
  0x25: ["backpressure.dec", ""],
  0x26: ["thread.index", ""],
  0x27: ["thread.new-indirect", "fb"],
  0x28: ["thread.resume-later", ""],
  0x29: ["thread.suspend", "c"],
  0x2a: ["thread.suspend-then-resume", "c"],
  0x2b: ["thread.yield-then-resume", "c"],
  0x2c: ["thread.suspend-then-promote", "c"],
  0x2d: ["thread.yield-then-promote", "c"],
  0x40: ["thread.spawn-ref", "sf"],
  0x41: ["thread.spawn-indirect", "sfb"],
  0x42: ["thread.available-parallelism", "s"],
};

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
  return readImmediates(reader, builtin[0], builtin[1]);
}

function readImmediates(reader: Reader, name: string, immediates: string): Canon {
  const canon: { -readonly [Key in keyof Canon]: Canon[Key] } = { name };
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
