/// Makes a core module count the pages of its own memories itself: `memory.size` reads a global, and
/// `memory.grow` takes from pages that are there already, zeros, before it asks for more. So a memory
/// that was given room ahead of time can be put back to fewer pages than it was grown to, which
/// WebAssembly has no way to do. The one difference a guest could tell: what lies behind its last page
/// and within that room answers with zeros where it would trap.
import { readCoreExtern, readMemoryType, readRecursionGroup } from "../decode/core-types.ts";
import { concatenate, leb, rows, sleb } from "./bytes.ts";
import { InstructionWalker } from "./instructions.ts";
import { ModuleSections } from "./sections.ts";

export interface CountedModule {
  readonly bytes: Uint8Array;
  /// Indices of the globals that were added, among those that the module defines.
  readonly globals: readonly number[];
}

/// One place where pages are asked for or about.
interface Place {
  readonly start: number;
  readonly end: number;
  readonly memory: number;
}

const MOST_PAGES = 65_536;

/// Undefined where it can't be done: the module grows a memory that another one defines, or one of
/// another kind. Throws `component-unsupported` for an instruction that is not known.
export function countPages(module: Uint8Array, offset: number): CountedModule | undefined {
  const sections = new ModuleSections(module);
  const imported = importCounts(sections);
  const places = placesOf(sections, offset);
  const initial = ownMemories(sections);
  if (places.length === 0) return { bytes: module, globals: [] };
  if (initial === undefined || places.some(({ memory }) => memory < imported.memory)) {
    return undefined;
  }
  const types = typeCount(sections);
  const functions = imported.func + sections.reader(3).u32();
  const defined = sections.reader(6).u32();
  const globals = imported.global + defined;
  const replaced = ({ start, memory }: Place): number[] => {
    const own = memory - imported.memory;
    return module[start] === 0x40
      ? [0x10, ...leb(functions + own)] // call
      : [0x23, ...leb(globals + own)]; // global.get
  };
  const growers = initial.map((_, own) => grower(imported.memory + own, globals + own));
  const made = new Map<number, Uint8Array>([
    [1, sections.appended(1, [[0x60, 1, 0x7f, 1, 0x7f]])],
    [
      3,
      sections.appended(
        3,
        initial.map(() => leb(types)),
      ),
    ],
    [
      6,
      sections.appended(
        6,
        initial.map((pages) => [0x7f, 1, 0x41, ...sleb(pages), 0x0b]),
      ),
    ],
    [10, code(sections, places, replaced, growers)],
  ]);
  return {
    bytes: sections.assemble(made, []),
    globals: initial.map((_, own) => defined + own),
  };
}

function importCounts(sections: ModuleSections): Record<"func" | "memory" | "global", number> {
  const counts = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  const reader = sections.reader(2);
  for (let count = reader.count(); count > 0; count--) {
    reader.name();
    reader.name();
    counts[readCoreExtern(reader).kind]++;
  }
  return counts;
}

function typeCount(sections: ModuleSections): number {
  const reader = sections.reader(1);
  let types = 0;
  for (let count = reader.count(); count > 0; count--) types += readRecursionGroup(reader).length;
  return types;
}

/// Pages that they start with. Undefined where one has 64-bit addresses or pages of another size.
function ownMemories(sections: ModuleSections): number[] | undefined {
  const reader = sections.reader(5);
  const initial: number[] = [];
  for (let count = reader.count(); count > 0; count--) {
    const type = readMemoryType(reader);
    if (type.kind !== "memory" || type.limits.wide || type.pageSizeLog2 !== 16) return undefined;
    initial.push(Number(type.limits.initial));
  }
  return initial;
}

function placesOf(sections: ModuleSections, offset: number): Place[] {
  const places: Place[] = [];
  let memory = 0;
  const pass = (): void => {};
  const visitor = {
    call: pass,
    indirectCall: pass,
    table: pass,
    memory: (index: number) => void (memory = index),
    pages: (start: number, end: number) => void places.push({ start, end, memory }),
  };
  const walker = new InstructionWalker(sections.bytes, visitor, offset);
  const reader = sections.reader(10);
  for (let count = reader.count(); count > 0; count--) {
    const body = reader.slice(reader.u32());
    for (let groups = body.u32(); groups > 0; groups--) {
      body.u32();
      const type = body.u8();
      if (type === 0x63 || type === 0x64) body.skipLeb(5);
    }
    walker.walk(body.at, body.end);
  }
  return places;
}

function code(
  sections: ModuleSections,
  places: readonly Place[],
  replaced: (place: Place) => readonly number[],
  added: readonly Uint8Array[],
): Uint8Array {
  const { bytes } = sections;
  const reader = sections.reader(10);
  const count = reader.count();
  const parts: Uint8Array[] = [Uint8Array.from(leb(count + added.length))];
  let next = 0;
  for (let left = count; left > 0; left--) {
    const body = reader.slice(reader.u32());
    const pieces: Uint8Array[] = [];
    let copied = body.at;
    for (; next < places.length && places[next]!.start < body.end; next++) {
      const place = places[next]!;
      pieces.push(bytes.subarray(copied, place.start), Uint8Array.from(replaced(place)));
      copied = place.end;
    }
    pieces.push(bytes.subarray(copied, body.end));
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    parts.push(Uint8Array.from(leb(length)), ...pieces);
  }
  return concatenate([...parts, ...added]);
}

/// `memory.grow` by what is not there yet. Answers as it does.
function grower(memory: number, pages: number): Uint8Array {
  const [m, g] = [leb(memory), leb(pages)];
  const wanted = [0x20, 1, 0x20, 0, 0x6a]; // old + more
  const fail = [0x04, 0x40, 0x41, 0x7f, 0x0f, 0x0b]; // if return -1
  const body = [
    [1, 1, 0x7f], // local 1: an i32
    [0x23, ...g, 0x21, 1], // old = pages
    [0x20, 0, 0x41, ...sleb(MOST_PAGES), 0x4b, ...fail], // more > 65,536, unsigned
    [...wanted, 0x3f, ...m, 0x4b, 0x04, 0x40], // if (old + more > memory.size)
    [...wanted, 0x3f, ...m, 0x6b, 0x40, ...m], // memory.grow(old + more - memory.size)
    [0x41, 0x7f, 0x46, ...fail, 0x0b], // == -1
    [...wanted, 0x24, ...g, 0x20, 1, 0x0b], // pages = old + more; old
  ].flat();
  return rows(leb(body.length), body);
}
