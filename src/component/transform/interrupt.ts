/// Makes a core module's functions ask, at the header of every loop and on entry, whether they are
/// to go on. The answer comes from outside the guest (`InterruptControl`), so that a guest that loops
/// for ever can be set aside or ended.
///
/// What is added stands behind what the module has, in every index space, so that nothing in it has
/// to be renumbered. With a `flag` the memories that the module defines become imports (then the
/// flag's memory is the last one); without one a counter in a global is counted down. Before an
/// instruction that may take as long as a loop, as `memory.fill` does, its length is looked at.
import { readCoreExtern, readRecursionGroup } from "../decode/core-types.ts";
import { skipConstant } from "../decode/constants.ts";
import { invalid, unsupported } from "../faults.ts";
import { concatenate, leb, name, sleb } from "./bytes.ts";
import {
  bulkCheck,
  COUNTED_CHECKS,
  countCheck,
  flagCheck,
  interruptFunction,
  weighFunction,
} from "./check-code.ts";
import { checkedFunctions, type FunctionShape, ShapeVisitor } from "./checked-functions.ts";
import { InstructionWalker } from "./instructions.ts";
import { ModuleSections, passElementSegment, unused } from "./sections.ts";

/// What a check looks at: a word of shared memory that another thread sets, or a count of checks.
export type InterruptMode = "flag" | "count";

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
  /// By index, whether each memory has addresses of 64 bits.
  readonly #wide: boolean[] = [];

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
    this.#wide.push(...memories.map(({ wide }) => wide));
    const functions = this.#imported.func + this.#count(3);
    const tables = this.#imported.table + this.#count(4);
    const globals = this.#imported.global + this.#count(6);
    const isWide = (memory: number): boolean => this.#wide[memory] ?? false;
    const spaces = { memories: this.#imported.memory + memories.length, tables, isWide };
    this.#checkReferences(spaces);
    const exported = this.#sections.exportNames();
    const namespace = unused("tenon:interrupt", this.#names, exported);
    const start = this.#sections.has(8) ? this.#sections.reader(8).u32() : undefined;

    const shapes = this.#shapes(spaces);
    const check = flagged ? flagCheck(spaces.memories, functions) : countCheck(globals, functions);
    const counter = flagged ? undefined : globals;
    const interrupt = interruptFunction({
      answers: types + 1,
      nothing: types,
      table: tables,
      counter,
    });
    const weigh = weighFunction(check, functions, counter);

    const made = new Map<number, Uint8Array>([
      [
        1,
        this.#sections.appended(1, [
          [0x60, 0, 0],
          [0x60, 0, 1, 0x7f],
          [0x60, 1, 0x7f, 1, 0x7f],
        ]),
      ],
      [3, this.#sections.appended(3, [leb(types), leb(types + 2)])],
      [4, this.#sections.appended(4, [[0x70, 0x01, 2, 2]])],
      [
        7,
        this.#sections.appended(7, [
          [...name(`${namespace}/table`), 0x01, ...leb(tables)],
          ...(start === undefined ? [] : [[...name(`${namespace}/start`), 0x00, ...leb(start)]]),
        ]),
      ],
      [10, this.#code(shapes, check, functions + 1, [interrupt, weigh])],
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
      if (type.kind === "memory") this.#wide.push(type.limits.wide);
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

  #shapes(spaces: {
    readonly memories: number;
    readonly tables: number;
    readonly isWide: (memory: number) => boolean;
  }): FunctionShape[] {
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

  #code(
    shapes: readonly FunctionShape[],
    check: Uint8Array,
    weigh: number,
    added: readonly Uint8Array[],
  ): Uint8Array {
    const { bytes } = this.#sections;
    const checked = checkedFunctions(shapes, this.#imported.func, this.#reached());
    const reader = this.#sections.reader(10);
    const parts: Uint8Array[] = [Uint8Array.from(leb(reader.u32() + added.length))];
    for (const [index, { start, end, loops, bulks }] of shapes.entries()) {
      const length = reader.u32();
      const from = reader.at;
      reader.skip(length);
      const places = (checked[index] === 1 ? [start, ...loops] : loops).map((at) => ({
        at,
        text: check,
      }));
      if (bulks.length > 0) {
        for (const bulk of bulks) places.push({ at: bulk.at, text: bulkCheck(bulk, weigh) });
        // A loop's or function's own check is in front where both stand at one place.
        places.sort((one, other) => one.at - other.at);
      }
      const more = places.reduce((sum, { text }) => sum + text.length, 0);
      parts.push(Uint8Array.from(leb(length + more)));
      let copied = from;
      for (const { at, text } of places) {
        parts.push(bytes.subarray(copied, at), text);
        copied = at;
      }
      parts.push(bytes.subarray(copied, end));
    }
    parts.push(...added);
    return concatenate(parts);
  }
}
