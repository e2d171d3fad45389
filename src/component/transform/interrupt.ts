/// Makes a core module's functions ask, at the header of every loop and on entry, whether they are
/// to go on. The answer comes from outside the guest (`InterruptControl`), so that a guest that loops
/// for ever can be set aside or ended.
///
/// What is added stands behind what the module has, in every index space, so that nothing in it has
/// to be renumbered. With a `flag` the memories that the module defines become imports (then the
/// flag's memory is the last one); without one a counter in a global is counted down.
import { readCoreExtern, readRecursionGroup } from "../decode/core-types.ts";
import { skipConstant } from "../decode/constants.ts";
import { invalid, unsupported } from "../faults.ts";
import { concatenate, leb, name, rows, sleb } from "./bytes.ts";
import { checkedFunctions, type FunctionShape, ShapeVisitor } from "./checked-functions.ts";
import { InstructionWalker } from "./instructions.ts";
import { ModuleSections, passElementSegment, unused } from "./sections.ts";

/// What a check looks at: a word of shared memory that another thread sets, or a count of checks.
export type InterruptMode = "flag" | "count";

/// Checks between two questions where they are counted.
export const COUNTED_CHECKS = 50_000;

/// A memory that the module defined and now imports.
export interface OwnMemory {
  readonly initial: bigint;
  readonly maximum: bigint | undefined;
  /// Whether addresses have 64 bits.
  readonly wide: boolean;
}

/// What the rewrite added.
export interface InterruptParts {
  /// The module name of the imports that were added, and the prefix of the exports: one that the
  /// module itself does not use.
  readonly namespace: string;
  /// Imported as `0`, `1`, …; the flag's memory as `flag`.
  readonly memories: readonly OwnMemory[];
  /// Whether there was a start function: it is exported, as `start`, and has not run.
  readonly starts: boolean;
}

export interface InterruptibleModule {
  readonly bytes: Uint8Array;
  /// Undefined where the module has no code and is as it was.
  readonly added: InterruptParts | undefined;
}

/// `offset` is the module's place in its component. Throws `component-invalid` for a module that
/// reaches for a memory or table that it does not have, `component-unsupported` for an instruction
/// that is not known, and `component-malformed`.
export function makeInterruptible(
  module: Uint8Array,
  mode: InterruptMode,
  offset: number,
): InterruptibleModule {
  const sections = new ModuleSections(module);
  if (!sections.has(10)) return { bytes: module, added: undefined };
  return new Rewrite(sections, mode, offset).run();
}

class Rewrite {
  readonly #sections: ModuleSections;
  readonly #mode: InterruptMode;
  readonly #offset: number;
  readonly #imported = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  readonly #names: Set<string> = new Set();

  constructor(sections: ModuleSections, mode: InterruptMode, offset: number) {
    this.#sections = sections;
    this.#mode = mode;
    this.#offset = offset;
  }

  run(): InterruptibleModule {
    this.#readImports();
    const flagged = this.#mode === "flag";
    const types = this.#countTypes();
    const memories = this.#ownMemories();
    const functions = this.#imported.func + this.#count(3);
    const tables = this.#imported.table + this.#count(4);
    const globals = this.#imported.global + this.#count(6);
    const spaces = { memories: this.#imported.memory + memories.length, tables };
    this.#checkReferences(spaces);
    const exported = this.#sections.exportNames();
    const namespace = unused("tenon:interrupt", this.#names, exported);
    const start = this.#sections.has(8) ? this.#sections.reader(8).u32() : undefined;

    const shapes = this.#shapes(spaces);
    const check = flagged ? flagCheck(spaces.memories, functions) : countCheck(globals, functions);
    const interrupt = interruptFunction({
      answers: types + 1,
      nothing: types,
      table: tables,
      counter: flagged ? undefined : globals,
    });

    const made = new Map<number, Uint8Array>([
      [
        1,
        this.#sections.appended(1, [
          [0x60, 0, 0],
          [0x60, 0, 1, 0x7f],
        ]),
      ],
      [3, this.#sections.appended(3, [leb(types)])],
      [4, this.#sections.appended(4, [[0x70, 0x01, 2, 2]])],
      [
        7,
        this.#sections.appended(7, [
          [...name(`${namespace}/table`), 0x01, ...leb(tables)],
          ...(start === undefined ? [] : [[...name(`${namespace}/start`), 0x00, ...leb(start)]]),
        ]),
      ],
      [10, this.#code(shapes, check, interrupt)],
    ]);
    if (flagged) made.set(2, this.#sections.appended(2, this.#memoryImports(namespace, memories)));
    else
      made.set(6, this.#sections.appended(6, [[0x7f, 0x01, 0x41, ...sleb(COUNTED_CHECKS), 0x0b]]));
    const dropped = flagged ? [5, 8] : [8];
    return {
      bytes: this.#sections.assemble(made, dropped),
      added: { namespace, memories: flagged ? memories : [], starts: start !== undefined },
    };
  }

  #readImports(): void {
    const reader = this.#sections.reader(2);
    for (let count = reader.count(); count > 0; count--) {
      this.#names.add(reader.name());
      reader.name();
      const type = readCoreExtern(reader);
      this.#imported[type.kind]++;
    }
  }

  #count(id: number): number {
    return this.#sections.reader(id).u32();
  }

  #countTypes(): number {
    const reader = this.#sections.reader(1);
    let types = 0;
    for (let count = reader.count(); count > 0; count--) types += readRecursionGroup(reader).length;
    return types;
  }

  #ownMemories(): OwnMemory[] {
    const reader = this.#sections.reader(5);
    const memories: OwnMemory[] = [];
    for (let count = reader.count(); count > 0; count--) {
      const at = reader.at + this.#offset;
      const flags = reader.u8();
      if (flags & 0x02) throw unsupported(at, "shared memory");
      if (flags & 0x08) throw unsupported(at, "memories with pages of another size");
      const initial = reader.u64();
      const maximum = flags & 0x01 ? reader.u64() : undefined;
      memories.push({ initial, maximum, wide: (flags & 0x04) !== 0 });
    }
    return memories;
  }

  /// Exports, element and data segments name memories and tables, too; those of index 0 by silence.
  #checkReferences({
    memories,
    tables,
  }: {
    readonly memories: number;
    readonly tables: number;
  }): void {
    const exports = this.#sections.reader(7);
    for (let count = exports.count(); count > 0; count--) {
      exports.name();
      const kind = exports.u8();
      const index = exports.u32();
      if (kind === 1 && index >= tables) this.#refuse("table", index, exports.at);
      if (kind === 2 && index >= memories) this.#refuse("memory", index, exports.at);
    }
    const elements = this.#sections.reader(9);
    for (let count = elements.count(); count > 0; count--) {
      const { table } = passElementSegment(elements);
      if (table !== undefined && table >= tables) this.#refuse("table", table, elements.at);
    }
    const data = this.#sections.reader(11);
    for (let count = data.count(); count > 0; count--) {
      const flags = data.u32();
      const memory = flags === 2 ? data.u32() : 0;
      if (flags !== 1) {
        if (memory >= memories) this.#refuse("memory", memory, data.at);
        skipConstant(data);
      }
      data.skip(data.u32());
    }
  }

  #refuse(space: "memory" | "table", index: number, at: number): never {
    throw invalid(this.#offset + at, `unknown ${space} ${index}: index out of bounds`);
  }

  #shapes(spaces: { readonly memories: number; readonly tables: number }): FunctionShape[] {
    const { bytes } = this.#sections;
    const visitor = new ShapeVisitor(spaces, (space, index, at) => this.#refuse(space, index, at));
    const walker = new InstructionWalker(bytes, visitor, this.#offset);
    const reader = this.#sections.reader(10);
    const shapes: FunctionShape[] = [];
    for (let count = reader.count(); count > 0; count--) {
      const body = reader.slice(reader.u32());
      for (let groups = body.u32(); groups > 0; groups--) {
        body.u32();
        // References have a heap type behind them.
        const type = body.u8();
        if (type === 0x63 || type === 0x64) body.skipLeb(5);
      }
      const instructions = walker.walk(body.at, body.end);
      shapes.push(visitor.take(body.at, body.end, instructions));
    }
    return shapes;
  }

  #memoryImports(namespace: string, memories: readonly OwnMemory[]): number[][] {
    const imports = memories.map(({ initial, maximum, wide }, index) => [
      ...name(namespace),
      ...name(String(index)),
      0x02,
      (wide ? 0x04 : 0) | (maximum === undefined ? 0 : 1),
      ...leb(initial),
      ...(maximum === undefined ? [] : leb(maximum)),
    ]);
    // One page, shared.
    return [...imports, [...name(namespace), ...name("flag"), 0x02, 0x03, 1, 1]];
  }

  /// Functions that somebody may call otherwise than by index: exported, or in a segment of elements,
  /// without which no instruction may refer to them. Undefined where a reference may be made in other
  /// ways, which toolchains don't use.
  #reached(): ReadonlySet<number> | undefined {
    const reached = new Set<number>();
    const exports = this.#sections.reader(7);
    for (let count = exports.count(); count > 0; count--) {
      exports.name();
      const kind = exports.u8();
      const index = exports.u32();
      if (kind === 0) reached.add(index);
    }
    const elements = this.#sections.reader(9);
    for (let count = elements.count(); count > 0; count--) {
      const { functions } = passElementSegment(elements);
      if (functions === undefined) return undefined;
      for (const index of functions) reached.add(index);
    }
    return this.#mayRefer(4) || this.#mayRefer(6) ? undefined : reached;
  }

  /// Whether a section has a byte of the instruction `ref.func`, be it another's.
  #mayRefer(id: number): boolean {
    const reader = this.#sections.reader(id);
    while (reader.at < reader.end) if (reader.u8() === 0xd2) return true;
    return false;
  }

  #code(shapes: readonly FunctionShape[], check: Uint8Array, interrupt: Uint8Array): Uint8Array {
    const { bytes } = this.#sections;
    const checked = checkedFunctions(shapes, this.#imported.func, this.#reached());
    const reader = this.#sections.reader(10);
    const parts: Uint8Array[] = [Uint8Array.from(leb(reader.u32() + 1))];
    for (const [index, { start, end, loops }] of shapes.entries()) {
      const length = reader.u32();
      const from = reader.at;
      reader.skip(length);
      const places = checked[index] === 1 ? [start, ...loops] : loops;
      parts.push(Uint8Array.from(leb(length + places.length * check.length)));
      let copied = from;
      for (const place of places) {
        parts.push(bytes.subarray(copied, place), check);
        copied = place;
      }
      parts.push(bytes.subarray(copied, end));
    }
    parts.push(interrupt);
    return concatenate(parts);
  }
}

/// `if (flag) interrupt()`. The load is atomic so that no compiler takes it out of a loop.
function flagCheck(memory: number, interrupt: number): Uint8Array {
  return rows(
    [0x41, 0], // i32.const 0
    [0xfe, 0x10, 0x42, ...leb(memory), 0], // i32.atomic.load
    [0x04, 0x40, 0x10, ...leb(interrupt), 0x0b], // if call end
  );
}

/// `if (--count == 0) interrupt()`.
function countCheck(counter: number, interrupt: number): Uint8Array {
  const global = leb(counter);
  return rows(
    [0x23, ...global, 0x41, 1, 0x6b, 0x24, ...global], // count -= 1
    [0x23, ...global, 0x45], // i32.eqz
    [0x04, 0x40, 0x10, ...leb(interrupt), 0x0b],
  );
}

/// Asks entry 0 of the table what to do: 0 is to go on, 1 to trap, which no handler of the guest
/// catches, anything else to wait for entry 1.
function interruptFunction(indices: {
  /// Types: of no parameters and an i32; of none at all.
  readonly answers: number;
  readonly nothing: number;
  readonly table: number;
  readonly counter: number | undefined;
}): Uint8Array {
  const { answers, nothing, table, counter } = indices;
  const body = [
    [1, 1, 0x7f], // an i32
    counter === undefined ? [] : [0x41, ...sleb(COUNTED_CHECKS), 0x24, ...leb(counter)],
    [0x41, 0, 0x11, ...leb(answers), ...leb(table), 0x22, 0], // local = table[0]()
    [0x04, 0x40], // if
    [0x20, 0, 0x41, 1, 0x46, 0x04, 0x40, 0x00, 0x0b], // 1: unreachable
    [0x41, 1, 0x11, ...leb(nothing), ...leb(table)], // table[1]()
    [0x0b, 0x0b],
  ].flat();
  return rows(leb(body.length), body);
}
