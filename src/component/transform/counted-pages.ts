// Makes a core module count the pages of its own memories itself: `memory.size` reads a global, and
// `memory.grow` takes from pages that are there already, zeros, before it asks for more. So a memory
// that was given room ahead of time can be put back to fewer pages than it was grown to, which
// WebAssembly has no way to do. A guest can notice one thing: an access behind its last page, but
// within that room, finds zeros in place of a trap.
import { readCoreExtern, readMemoryType, readRecursionGroup } from "../decode/core-types.ts";
import { leb, sleb } from "./bytes.ts";
import { CodeWriter } from "./code-writer.ts";
import type { InstructionVisitor } from "./instruction-visitor.ts";
import { InstructionWalker } from "./instructions.ts";
import { ModuleSections } from "./sections.ts";

export interface CountedModule {
  readonly bytes: Uint8Array;
  /** Indices of the globals that were added, among those that the module defines. */
  readonly globals: readonly number[];
}

const MOST_PAGES = 65_536;

/**
 * Undefined where it can't be done: the module grows a memory that another one defines, or one of
 * another kind. Throws `component-unsupported` for an instruction that is not known.
 */
export function countPages(module: Uint8Array, offset: number): CountedModule | undefined {
  const sections = new ModuleSections(module);
  const imported = importCounts(sections);
  const initial = ownMemories(sections);
  const types = typeCount(sections);
  const functions = imported.func + sections.reader(3).u32();
  const defined = sections.reader(6).u32();
  const globals = imported.global + defined;
  const growers = (initial ?? []).map((_, own) => grower(imported.memory + own, globals + own));
  const code = new CountingCode(sections, { functions, globals, memories: imported.memory });
  const content = code.rewrite(offset, growers);
  if (code.places === 0) return { bytes: module, globals: [] };
  if (initial === undefined || code.foreign) return undefined;
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
    [10, content],
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

/**
 * Pages that the memories start with. Undefined where one has 64-bit addresses or pages of another
 * size.
 */
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

/**
 * Writes the code section: `memory.grow` becomes a call of an added function, and `memory.size` the
 * read of an added global.
 */
class CountingCode implements InstructionVisitor {
  readonly #sections: ModuleSections;
  /**
   * Indices of the first function and the first global that are added, and of the first memory that
   * the module defines.
   */
  readonly #first: Readonly<Record<"functions" | "globals" | "memories", number>>;
  readonly #body: CodeWriter = new CodeWriter();
  #copied = 0;
  /** Places where pages are asked for or about. */
  places = 0;
  /** Whether one is of a memory that another module defines. */
  foreign = false;

  constructor(
    sections: ModuleSections,
    first: Readonly<Record<"functions" | "globals" | "memories", number>>,
  ) {
    this.#sections = sections;
    this.#first = first;
  }

  rewrite(offset: number, added: readonly (readonly number[])[]): Uint8Array {
    const { bytes } = this.#sections;
    const walker = new InstructionWalker(bytes, this, { weight: 0, limit: Infinity }, offset);
    const section = new CodeWriter();
    section.leb(this.#sections.reader(10).count() + added.length);
    for (const { from, start, end } of this.#sections.bodies()) {
      this.#body.clear();
      this.#copied = from;
      walker.walk(start, end);
      this.#body.copy(bytes, this.#copied, end);
      section.append(this.#body);
    }
    for (const text of added) {
      section.leb(text.length);
      section.put({ text });
    }
    return section.written();
  }

  call(): void {}

  indirectCall(): void {}

  pages(memory: number, start: number, end: number): void {
    const { functions, globals, memories } = this.#first;
    const { bytes } = this.#sections;
    const grows = bytes[start] === 0x40;
    this.places++;
    if (memory < memories) this.foreign = true;
    this.#body.copy(bytes, this.#copied, start);
    this.#body.byte(grows ? 0x10 : 0x23); // call, global.get
    this.#body.leb((grows ? functions : globals) + memory - memories);
    this.#copied = end;
  }
}

/** `memory.grow` by the pages that are not there yet. Returns what `memory.grow` does. */
function grower(memory: number, pages: number): number[] {
  const [m, g] = [leb(memory), leb(pages)];
  const wanted = [0x20, 1, 0x20, 0, 0x6a]; // old + more
  const fail = [0x04, 0x40, 0x41, 0x7f, 0x0f, 0x0b]; // if return -1
  return [
    [1, 1, 0x7f], // local 1: an i32
    [0x23, ...g, 0x21, 1], // old = pages
    [0x20, 0, 0x41, ...sleb(MOST_PAGES), 0x4b, ...fail], // more > 65,536, unsigned
    [...wanted, 0x3f, ...m, 0x4b, 0x04, 0x40], // if (old + more > memory.size)
    [...wanted, 0x3f, ...m, 0x6b, 0x40, ...m], // memory.grow(old + more - memory.size)
    [0x41, 0x7f, 0x46, ...fail, 0x0b], // == -1
    [...wanted, 0x24, ...g, 0x20, 1, 0x0b], // pages = old + more; old
  ].flat();
}
