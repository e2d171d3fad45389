// Makes a core module export all of the state that it defines, so that an instance of it can be put
// back to how it was: memories, tables, mutable globals. Exports are added behind those there are, so
// that nothing has to be renumbered. What of its imports is state, another module defines. Its
// memories' pages are counted (counted-pages.ts), so that their number can be put back, too.
import { readCoreExtern, readGlobalType, readRecursionGroup } from "../decode/core-types.ts";
import { skipConstant } from "../decode/constants.ts";
import { leb, name } from "./bytes.ts";
import { countPages } from "./counted-pages.ts";
import { ModuleSections, passElementSegment, unused } from "./sections.ts";

/** The names of the added exports. */
export interface StateNames {
  readonly memories: readonly string[];
  readonly tables: readonly string[];
  readonly globals: readonly string[];
}

export interface ExposedModule {
  readonly bytes: Uint8Array;
  /**
   * Undefined where the module may keep state that no export reaches (segments that it can drop,
   * objects on the garbage collector's heap, globals that JavaScript can't read): it is as it was.
   */
  readonly state: StateNames | undefined;
}

const NOTHING: StateNames = { memories: [], tables: [], globals: [] };

/** Kinds of exports. */
const [TABLE, MEMORY, GLOBAL] = [1, 2, 3] as const;

/** What a mutable global may hold. */
const READABLE: ReadonlySet<unknown> = new Set([
  "i32",
  "i64",
  "f32",
  "f64",
  "(ref null func)",
  "(ref null extern)",
]);

/**
 * WebAssembly validates the module afterwards. `offset` is the module's place in its component.
 * Throws `component-unsupported` for an instruction that is not known.
 */
export function exposeState(module: Uint8Array, offset: number): ExposedModule {
  const before = new ModuleSections(module);
  const own = mutableGlobals(before);
  const hides = own === undefined || hasAggregates(before) || hasPassiveSegments(before);
  const counted = hides ? undefined : countPages(module, offset);
  if (own === undefined || counted === undefined) return { bytes: module, state: undefined };
  const sections = new ModuleSections(counted.bytes);
  const globals = [...own, ...counted.globals];
  const imported = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  const names = new Set<string>();
  const imports = sections.reader(2);
  for (let count = imports.count(); count > 0; count--) {
    names.add(imports.name());
    imports.name();
    imported[readCoreExtern(imports).kind]++;
  }
  const prefix = unused("tenon:state", names, sections.exportNames());
  const added: number[][] = [];
  const expose = (kind: number, space: string, from: number, indices: readonly number[]) =>
    indices.map((index) => {
      const exported = `${prefix}/${space}${index}`;
      added.push([...name(exported), kind, ...leb(from + index)]);
      return exported;
    });
  const state: StateNames = {
    memories: expose(MEMORY, "memory", imported.memory, upTo(sections.reader(5).u32())),
    tables: expose(TABLE, "table", imported.table, upTo(sections.reader(4).u32())),
    globals: expose(GLOBAL, "global", imported.global, globals),
  };
  if (added.length === 0) return { bytes: counted.bytes, state: NOTHING };
  const bytes = sections.assemble(new Map([[7, sections.appended(7, added)]]), []);
  return { bytes, state };
}

/** Among those that the module defines. Undefined where JavaScript cannot read one of them. */
function mutableGlobals(sections: ModuleSections): number[] | undefined {
  const reader = sections.reader(6);
  const found: number[] = [];
  const count = reader.count();
  for (let index = 0; index < count; index++) {
    const global = readGlobalType(reader);
    skipConstant(reader);
    if (global.kind !== "global" || !global.mutable) continue;
    if (!READABLE.has(global.type)) return undefined;
    found.push(index);
  }
  return found;
}

function hasAggregates(sections: ModuleSections): boolean {
  const reader = sections.reader(1);
  for (let count = reader.count(); count > 0; count--) {
    if (readRecursionGroup(reader).some(({ type }) => type.kind !== "func")) return true;
  }
  return false;
}

function hasPassiveSegments(sections: ModuleSections): boolean {
  const elements = sections.reader(9);
  for (let count = elements.count(); count > 0; count--) {
    if (passElementSegment(elements).passive) return true;
  }
  const data = sections.reader(11);
  for (let count = data.count(); count > 0; count--) {
    const flags = data.u32();
    if (flags === 1) return true;
    if (flags === 2) data.u32();
    skipConstant(data);
    data.skip(data.u32());
  }
  return false;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
