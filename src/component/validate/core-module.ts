// Reads what a core module imports and exports. WebAssembly itself validates modules: this
// refuses only the faults that it meets while it reads.

import {
  readCoreExtern,
  readGlobalType,
  readMemoryType,
  readRecursionGroup,
  readTableType,
  readTagType,
} from "../decode/core-types.ts";
import type { CoreExternRef } from "../decode/definitions.ts";
import type { CoreType, CoreTypeTable } from "./core-types.ts";
import { invalid, malformed } from "../faults.ts";
import { Reader } from "../decode/reader.ts";
import { skipConstant } from "../decode/constants.ts";
import type { CoreExternType, CoreImport, CoreModuleType } from "../types.ts";

/**
 * Section ids in the order that WebAssembly asks for: tags stand before globals, and the data
 * count before code.
 */
const order: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** The module was checked against its caps before (`caps/module-scanner.ts`). */
export function readModuleType(reader: Reader, table: CoreTypeTable): CoreModuleType {
  return new ModuleReader(table).read(reader);
}

type Kind = CoreExternRef["kind"];

function spaces<Type>(): Record<Kind, Type[]> {
  return { func: [], table: [], memory: [], global: [], tag: [] };
}

class ModuleReader {
  readonly #table: CoreTypeTable;
  readonly #types: CoreType[] = [];
  readonly #imports: CoreImport[] = [];
  readonly #exports: Map<string, CoreExternType> = new Map();
  /** The sections that hold what is defined here, by extern kind, read when an export needs one. */
  readonly #sections: Map<Kind, Reader> = new Map();
  readonly #imported: Record<Kind, CoreExternType[]> = spaces();
  readonly #defined: Record<Kind, CoreExternRef[]> = spaces();
  /** Type indices of the functions defined here. */
  readonly #functions: number[] = [];

  constructor(table: CoreTypeTable) {
    this.#table = table;
  }

  read(reader: Reader): CoreModuleType {
    reader.skip(8);
    let last = -1;
    while (!reader.done) {
      const start = reader.at;
      const id = reader.u8();
      const section = reader.slice(reader.u32());
      if (id === 0) continue;
      const rank = order.indexOf(id);
      if (rank < 0) throw malformed(start, `malformed section id: ${id}`);
      if (rank <= last) throw malformed(start, "section out of order");
      last = rank;
      this.#section(id, section);
    }
    return { imports: this.#imports, exports: this.#exports };
  }

  #section(id: number, section: Reader): void {
    switch (id) {
      case 1: {
        const start = section.at;
        for (let count = section.count(); count > 0; count--) {
          const first = this.#types.length;
          const group = readRecursionGroup(section);
          const lookup = (index: number): CoreType => this.#type(index, start);
          for (const type of this.#table.group(group, first, lookup, start)) this.#types.push(type);
        }
        break;
      }
      case 2:
        this.#readImports(section);
        break;
      case 7:
        for (let count = section.count(); count > 0; count--) this.#readExport(section);
        break;
      default: {
        const kind = defines[id];
        if (kind !== undefined) this.#sections.set(kind, section);
        return;
      }
    }
    section.finish("a section");
  }

  #readImports(section: Reader): void {
    const names = new Set<string>();
    for (let count = section.count(); count > 0; count--) {
      const start = section.at;
      const module = section.name();
      const name = section.name();
      const type = this.#resolve(readCoreExtern(section), start);
      const both = `${module}\0${name}`;
      if (names.has(both)) throw invalid(start, `duplicate import name \`${module}:${name}\``);
      names.add(both);
      this.#imports.push({ module, name, type });
      this.#imported[type.kind].push(type);
    }
  }

  #readExport(section: Reader): void {
    const start = section.at;
    const name = section.name();
    const code = section.u8();
    const kind = kinds[code];
    if (kind === undefined) throw section.unexpected(code, "external kind");
    const index = section.u32();
    const type = this.#export(kind, index, start);
    if (this.#exports.has(name)) throw invalid(start, `duplicate export name \`${name}\``);
    this.#exports.set(name, type);
  }

  #export(kind: Kind, index: number, offset: number): CoreExternType {
    const imported = this.#imported[kind];
    if (index < imported.length) return imported[index]!;
    this.#readSpace(kind);
    const own = index - imported.length;
    const func = kind === "func" ? this.#functions[own] : undefined;
    const type =
      func === undefined ? this.#defined[kind][own] : { kind: "func" as const, type: func };
    if (type === undefined) throw invalid(offset, `unknown ${kind} ${index}: index out of bounds`);
    return this.#resolve(type, offset);
  }

  #readSpace(kind: Kind): void {
    const section = this.#sections.get(kind);
    if (section === undefined) return;
    this.#sections.delete(kind);
    if (kind === "func") {
      // These entries are numbers, so they do not count as items of the file.
      for (let left = section.u32(); left > 0; left--) this.#functions.push(section.u32());
    } else {
      const [space, read] = [this.#defined[kind], readers[kind]];
      for (let left = section.count(); left > 0; left--) space.push(read(section));
    }
    section.finish("a section");
  }

  #resolve(type: CoreExternRef, offset: number): CoreExternType {
    return this.#table.extern(type, (index) => this.#type(index, offset), offset);
  }

  #type(index: number, offset: number): CoreType {
    const type = this.#types[index];
    if (type === undefined) {
      throw invalid(offset, `unknown type ${index}: type index out of bounds`);
    }
    return type;
  }
}

const kinds: readonly Kind[] = ["func", "table", "memory", "global", "tag"];

const defines: Readonly<Record<number, Kind>> = {
  3: "func",
  4: "table",
  5: "memory",
  6: "global",
  13: "tag",
};

const readers: Readonly<Record<Exclude<Kind, "func">, (reader: Reader) => CoreExternRef>> = {
  table: (reader) => {
    const initialised = reader.peek() === 0x40;
    if (initialised) reader.skip(2);
    const type = readTableType(reader);
    if (initialised) skipConstant(reader);
    return type;
  },
  memory: readMemoryType,
  global: (reader) => {
    const type = readGlobalType(reader);
    skipConstant(reader);
    return type;
  },
  tag: readTagType,
};
