import { readCoreValueType } from "./core-types.ts";
import { skipConstant } from "./constants.ts";
import { Reader } from "./reader.ts";

/** How much memories and tables hold. */
export interface StorageSize {
  readonly memories: number;
  readonly memoryBytes: number;
  readonly tableElements: number;
}

/**
 * How much the memories and tables that a core module defines hold at the start, exported or not.
 */
export function startingSize(module: Uint8Array): StorageSize {
  const reader = new Reader(module, 8, module.length);
  let [memories, memoryBytes, tableElements] = [0, 0, 0];
  while (!reader.done) {
    const id = reader.u8();
    const section = reader.slice(reader.u32());
    if (id === 4) {
      for (let count = section.count(); count > 0; count--) tableElements += tableSize(section);
    } else if (id === 5) {
      memories = section.count();
      for (let left = memories; left > 0; left--) memoryBytes += memorySize(section);
    }
  }
  return { memories, memoryBytes, tableElements };
}

function tableSize(reader: Reader): number {
  const initialised = reader.peek() === 0x40;
  if (initialised) reader.skip(2);
  readCoreValueType(reader);
  const { initial } = limits(reader);
  if (initialised) skipConstant(reader);
  return initial;
}

function memorySize(reader: Reader): number {
  const { initial, flags } = limits(reader);
  return initial * 2 ** (flags & 0x08 ? reader.u32() : 16);
}

function limits(reader: Reader): { readonly initial: number; readonly flags: number } {
  const flags = reader.u8();
  const initial = Number(reader.u64());
  if (flags & 0x01) reader.u64();
  return { initial, flags };
}
