// Makes a core module's functions ask whether they are to go on: at loops (loop-checks.ts), and on entry
// where calls might go on for long (checked-functions.ts). The answer comes from outside the guest
// (`InterruptControl`), so that a guest that loops for ever can be set aside or ended.
//
// What is added stands behind what the module has, in every index space, so that nothing in it has
// to be renumbered. With a `flag` the memories that the module defines become imports (then the
// flag's memory is the last one); without one a counter in a global is counted down by the work (weights.ts)
// that lies between two checks. Before an
// instruction that may take as long as a loop, as `memory.init` does, its length is looked at; memories and
// tables are filled and copied in strides (strides.ts). What makes memories and tables larger is told of (growers.ts).
import {
  readCoreExtern,
  readCoreValueType,
  readRecursionGroup,
  readTableType,
} from "../decode/core-types.ts";
import { skipConstant } from "../decode/constants.ts";
import { invalid, unsupported } from "../faults.ts";
import { leb, name, sleb } from "./bytes.ts";
import {
  type CheckCode,
  countCheck,
  flagCheck,
  interruptFunction,
  weighFunctions,
} from "./check-code.ts";
import { BranchHints } from "./branch-hints.ts";
import { CheckedCode, type CheckedModule } from "./checked-code.ts";
import { CheckedFunctions } from "./checked-functions.ts";
import { CodeWriter } from "./code-writer.ts";
import {
  type FunctionShapes,
  type ModuleSpaces,
  type Refuse,
  ShapeVisitor,
} from "./function-shape.ts";
import { Reader } from "../decode/reader.ts";
import { Growers, type TableForm } from "./growers.ts";
import { GrowingNumbers } from "./growing.ts";
import { InstructionWalker } from "./instructions.ts";
import { checkReferences, reachedFunctions } from "./references.ts";
import { ModuleSections, unused } from "./sections.ts";
import { Strides } from "./strides.ts";
import { COUNTED, type Scale } from "./weights.ts";

/** What a check looks at: a byte of shared memory that another thread sets, or a count of checks. */
export type InterruptMode = "flag" | "count";

/** A memory that the module defined and now imports. */
export interface OwnMemory {
  readonly initial: bigint;
  readonly maximum: bigint | undefined;
  /** Whether addresses have 64 bits. */
  readonly wide: boolean;
}

/** What the rewrite added. Made by `makeInterruptible`. */
export interface InterruptParts {
  /**
   * The module name of the imports that were added, and the prefix of the exports: one that the
   * module itself does not use.
   */
  readonly namespace: string;
  /** Imported as `0`, `1`, …; the flag's memory as `flag`. */
  readonly memories: readonly OwnMemory[];
  /** Whether there was a start function: it is exported, as `start`, and has not run. */
  readonly starts: boolean;
}

export interface InterruptibleModule {
  readonly bytes: Uint8Array;
  /** Undefined where the module has no code and is as it was. */
  readonly added: InterruptParts | undefined;
}

/**
 * `offset` is the module's place in its component. Throws `component-invalid` for a module that
 * reaches for a memory or table that it does not have, `component-unsupported` for an instruction
 * that is not known, and `component-malformed`.
 */
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
  /** By index, whether each memory has addresses of 64 bits. */
  readonly #wide: boolean[] = [];
  readonly #tables: TableForm[] = [];
  readonly #hints: BranchHints = new BranchHints();
  readonly #refuse: Refuse = (space, index, at) => {
    throw invalid(this.#offset + at, `unknown ${space} ${index}: index out of bounds`);
  };

  constructor(sections: ModuleSections, mode: InterruptMode, offset: number) {
    this.#sections = sections;
    this.#mode = mode;
    this.#offset = offset;
  }

  run(): InterruptibleModule {
    this.#readImports();
    const flagged = this.#mode === "flag";
    const sizes = this.#typeSizes();
    const types = sizes.length;
    const memories = this.#ownMemories();
    this.#wide.push(...memories.map(({ wide }) => wide));
    const functions = this.#imported.func + this.#count(3);
    this.#readTables();
    const tables = this.#tables.length;
    const globals = this.#imported.global + this.#count(6);
    const spaces = {
      memories: this.#imported.memory + memories.length,
      tables,
      globals,
      isWide: (memory: number) => this.#wide[memory] ?? false,
      hasParameters: (at: number) => this.#hasParameters(at, sizes),
      fields: (type: number) => sizes.at(type),
    };
    checkReferences(this.#sections, spaces, this.#refuse);
    const exported = this.#sections.exportNames();
    const namespace = unused("tenon:interrupt", this.#names, exported);
    const start = this.#sections.has(8) ? this.#sections.reader(8).u32() : undefined;

    const shapes = this.#shapes(spaces);
    const check = flagged ? flagCheck(spaces.memories, functions) : countCheck(globals, functions);
    const counter = flagged ? undefined : globals;
    const interrupt = interruptFunction({
      answers: types + 1,
      table: tables,
      counter,
    });
    const weigh = weighFunctions(check, counter);
    const growers = new Growers(
      shapes.grows,
      { func: functions + 3, type: types + 3, answers: types + 1, table: tables },
      (memory) => this.#wide[memory]!,
      this.#tables,
    );

    const strides = new Strides(
      shapes.strides,
      {
        func: functions + 3 + growers.functions.length,
        type: types + 3 + growers.types.length,
      },
      { isWide: (memory) => this.#wide[memory]!, tables: this.#tables },
      check,
    );

    const made = new Map<number, Uint8Array>([
      [
        1,
        this.#sections.appended(1, [
          [0x60, 0, 0],
          [0x60, 0, 1, 0x7f],
          [0x60, 1, 0x7f, 1, 0x7f],
          ...growers.types,
          ...strides.types,
        ]),
      ],
      [
        3,
        this.#sections.appended(3, [
          leb(types),
          leb(types + 2),
          leb(types + 2),
          ...growers.functions,
          ...strides.functions,
        ]),
      ],
      [4, this.#sections.appended(4, [[0x70, 0x01, 3, 3]])],
      [
        7,
        this.#sections.appended(7, [
          [...name(`${namespace}/table`), 0x01, ...leb(tables)],
          ...(start === undefined ? [] : [[...name(`${namespace}/start`), 0x00, ...leb(start)]]),
        ]),
      ],
      [
        10,
        this.#code(shapes, check, { spaces, growers, strides }, [
          interrupt,
          ...weigh,
          ...growers.bodies,
          ...strides.bodies,
        ]),
      ],
    ]);
    if (flagged) made.set(2, this.#sections.appended(2, this.#memoryImports(namespace, memories)));
    else made.set(6, this.#sections.appended(6, [[0x7f, 0x01, 0x41, ...sleb(COUNTED), 0x0b]]));
    const dropped = flagged ? [5, 8] : [8];
    return {
      bytes: this.#sections.assemble(made, dropped, this.#hints.section()),
      added: { namespace, memories: flagged ? memories : [], starts: start !== undefined },
    };
  }

  #readImports(): void {
    const reader = this.#sections.reader(2);
    for (let count = reader.count(); count > 0; count--) {
      this.#names.add(reader.name());
      reader.name();
      const at = reader.at + 1;
      const type = readCoreExtern(reader);
      this.#imported[type.kind]++;
      if (type.kind === "table") this.#tables.push(tableForm(reader.bytes, at));
      if (type.kind === "memory") this.#wide.push(type.limits.wide);
    }
  }

  #readTables(): void {
    const reader = this.#sections.reader(4);
    for (let count = reader.count(); count > 0; count--) {
      const initialised = reader.peek() === 0x40;
      if (initialised) reader.skip(2);
      this.#tables.push(tableForm(reader.bytes, reader.at));
      readTableType(reader);
      if (initialised) skipConstant(reader);
    }
  }

  #count(id: number): number {
    return this.#sections.reader(id).u32();
  }

  /** How many parameters, or fields, each type has. */
  #typeSizes(): GrowingNumbers {
    const reader = this.#sections.reader(1);
    const sizes = new GrowingNumbers();
    for (let count = reader.count(); count > 0; count--) {
      for (const { type } of readRecursionGroup(reader)) {
        const { kind } = type;
        sizes.push(
          kind === "func" ? type.params.length : kind === "struct" ? type.fields.length : 0,
        );
      }
    }
    return sizes;
  }

  #hasParameters(at: number, sizes: GrowingNumbers): boolean {
    const { bytes } = this.#sections;
    const byte = bytes[at]!;
    // None, one value type, or a type's index.
    if (byte >= 0x40 && byte < 0x80) return false;
    return sizes.at(new Reader(bytes, at, bytes.length).s33()) !== 0;
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

  #shapes(spaces: ModuleSpaces): FunctionShapes {
    const scale = { weight: 0, limit: Infinity };
    const count = this.#sections.reader(10).u32();
    const visitor = new ShapeVisitor(count, spaces, this.#refuse, scale);
    const walker = new InstructionWalker(this.#sections.bytes, visitor, scale, this.#offset);
    let index = 0;
    for (const { from, start, end, locals } of this.#sections.bodies()) {
      walker.walk(start, end);
      visitor.end(index++, end - from, locals);
    }
    return visitor.finish(this.#mode === "count");
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

  #code(
    shapes: FunctionShapes,
    code: CheckCode,
    module: Pick<CheckedModule, "spaces" | "growers" | "strides">,
    added: readonly (readonly number[])[],
  ): Uint8Array {
    const { bytes } = this.#sections;
    const imported = this.#imported.func;
    const functions = new CheckedFunctions(shapes, imported, reachedFunctions(this.#sections));
    const scale: Scale = { weight: 0, limit: Infinity };
    const body = new CodeWriter();
    const checked = new CheckedCode(
      bytes,
      code,
      { ...module, functions, loops: shapes.loops },
      scale,
      body,
    );
    const walker = new InstructionWalker(bytes, checked, scale, this.#offset);
    const section = new CodeWriter();
    section.leb(shapes.weights.length + added.length);
    let index = 0;
    for (const { from, start, end } of this.#sections.bodies()) {
      body.clear();
      checked.begin(index, from, start);
      walker.walk(start, end);
      checked.end(end);
      section.append(body);
      this.#hints.add(imported + index++, body.unlikely);
    }
    for (const text of added) {
      section.leb(text.length);
      section.put({ text });
    }
    return section.written();
  }
}

/** Of the table type that stands there. */
function tableForm(bytes: Uint8Array, at: number): TableForm {
  const reader = new Reader(bytes, at, bytes.length);
  readCoreValueType(reader);
  return { element: bytes.subarray(at, reader.at), wide: (reader.u8() & 0x04) !== 0 };
}
