// What a module's sections besides its code refer to.
import { skipConstant } from "../decode/constants.ts";
import type { ModuleSpaces, Refuse } from "./function-shape.ts";
import { type ModuleSections, passElementSegment } from "./sections.ts";

/** Exports, element and data segments name memories, tables and globals, too; those of index 0 by silence. */
export function checkReferences(
  sections: ModuleSections,
  { memories, tables, globals }: ModuleSpaces,
  refuse: Refuse,
): void {
  const exports = sections.reader(7);
  for (let count = exports.count(); count > 0; count--) {
    exports.name();
    const kind = exports.u8();
    const index = exports.u32();
    if (kind === 1 && index >= tables) refuse("table", index, exports.at);
    if (kind === 2 && index >= memories) refuse("memory", index, exports.at);
    if (kind === 3 && index >= globals) refuse("global", index, exports.at);
  }
  const elements = sections.reader(9);
  for (let count = elements.count(); count > 0; count--) {
    const { table } = passElementSegment(elements);
    if (table !== undefined && table >= tables) refuse("table", table, elements.at);
  }
  const data = sections.reader(11);
  for (let count = data.count(); count > 0; count--) {
    const flags = data.u32();
    const memory = flags === 2 ? data.u32() : 0;
    if (flags !== 1) {
      if (memory >= memories) refuse("memory", memory, data.at);
      skipConstant(data);
    }
    data.skip(data.u32());
  }
}

/**
 * Functions that may be called otherwise than by index: those that are exported or in an element
 * segment, which every instruction that refers to a function needs. Undefined where references may
 * be made in other ways, which toolchains do not use.
 */
export function reachedFunctions(sections: ModuleSections): ReadonlySet<number> | undefined {
  const reached = new Set<number>();
  const exports = sections.reader(7);
  for (let count = exports.count(); count > 0; count--) {
    exports.name();
    const kind = exports.u8();
    const index = exports.u32();
    if (kind === 0) reached.add(index);
  }
  const elements = sections.reader(9);
  for (let count = elements.count(); count > 0; count--) {
    const { functions } = passElementSegment(elements);
    if (functions === undefined) return undefined;
    for (const index of functions) reached.add(index);
  }
  return mayRefer(sections, 4) || mayRefer(sections, 6) ? undefined : reached;
}

/**
 * Whether a section contains the byte of the instruction `ref.func`, even as part of something
 * else.
 */
function mayRefer(sections: ModuleSections, id: number): boolean {
  const reader = sections.reader(id);
  while (reader.at < reader.end) if (reader.u8() === 0xd2) return true;
  return false;
}
