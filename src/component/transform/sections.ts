import { skipConstant } from "../decode/constants.ts";
import { Reader } from "../decode/reader.ts";
import { concatenate, leb } from "./bytes.ts";

/** The sections of a module, by id. A custom section stays behind the section that it followed. */
export class ModuleSections {
  readonly bytes: Uint8Array;
  readonly #sections: Map<number, Reader> = new Map();
  readonly custom: Uint8Array[] = [];

  constructor(module: Uint8Array) {
    this.bytes = module;
    const reader = new Reader(module, 8, module.length);
    while (!reader.done) {
      const start = reader.at;
      const id = reader.u8();
      const section = reader.slice(reader.u32());
      if (id === 0) this.custom.push(module.subarray(start, section.end));
      else this.#sections.set(id, section);
    }
  }

  has(id: number): boolean {
    return this.#sections.has(id);
  }

  /** A reader of its own; of a section that is not there, one of an empty vector. */
  reader(id: number): Reader {
    const found = this.#sections.get(id);
    const bytes = found === undefined ? Uint8Array.of(0) : found.bytes;
    const [at, end] = found === undefined ? [0, 1] : [found.at, found.end];
    return new Reader(bytes, at, end);
  }

  /** The functions that the module defines, in order. */
  *bodies(): Generator<FunctionBody> {
    const reader = this.reader(10);
    for (let count = reader.count(); count > 0; count--) {
      const body = reader.slice(reader.u32());
      const from = body.at;
      let locals = 0;
      for (let groups = body.u32(); groups > 0; groups--) {
        locals += body.u32();
        // References have a heap type behind them.
        const type = body.u8();
        if (type === 0x63 || type === 0x64) skipHeapType(body);
      }
      yield { from, start: body.at, end: body.end, locals };
    }
  }

  exportNames(): Set<string> {
    const reader = this.reader(7);
    const names = new Set<string>();
    for (let count = reader.count(); count > 0; count--) {
      names.add(reader.name());
      reader.skip(1);
      reader.u32();
    }
    return names;
  }

  /** A section's vector with more elements at its end. */
  appended(id: number, items: readonly (readonly number[])[]): Uint8Array {
    const reader = this.reader(id);
    const count = reader.u32();
    const old = reader.bytes.subarray(reader.at, reader.end);
    return concatenate([
      Uint8Array.from(leb(count + items.length)),
      old,
      Uint8Array.from(items.flat()),
    ]);
  }

  /**
   * The module with the contents of some sections replaced, and without others. `beforeCode`: a
   * complete custom section.
   */
  assemble(
    made: ReadonlyMap<number, Uint8Array>,
    dropped: readonly number[],
    beforeCode?: Uint8Array,
  ): Uint8Array {
    const { bytes, custom } = this;
    const parts: Uint8Array[] = [bytes.subarray(0, 8)];
    for (const id of SECTION_ORDER) {
      if (id === 10 && beforeCode !== undefined) parts.push(beforeCode);
      let content = made.get(id);
      if (content === undefined) {
        if (dropped.includes(id) || !this.has(id)) continue;
        const reader = this.reader(id);
        content = reader.bytes.subarray(reader.at, reader.end);
      }
      parts.push(Uint8Array.of(id, ...leb(content.length)), content);
    }
    return concatenate([...parts, ...custom]);
  }
}

/** Where a function's body stands: its locals at `from`, its instructions at `start`. */
export interface FunctionBody {
  readonly from: number;
  readonly start: number;
  readonly end: number;
  readonly locals: number;
}

function skipHeapType(reader: Reader): void {
  if (reader.peek() === 0x65) reader.skip(1); // shared
  if (reader.peek() === 0x62) reader.skip(1); // exact
  reader.skipLeb(5);
}

/** Passes an element segment; `table` is where it is copied to when the module is instantiated. */
export function passElementSegment(reader: Reader): {
  readonly table: number | undefined;
  /** Whether instructions may still copy it, or drop it. */
  readonly passive: boolean;
  /** Indices of its functions. Undefined where they are written as expressions. */
  readonly functions: readonly number[] | undefined;
} {
  const flags = reader.u32();
  const [active, explicit, expressions] = [!(flags & 1), flags & 2, flags & 4];
  let table: number | undefined;
  if (active) {
    table = explicit ? reader.u32() : 0;
    skipConstant(reader);
  }
  if (!active || explicit) {
    const byte = reader.u8(); // what the elements are
    if (expressions && (byte === 0x63 || byte === 0x64)) skipHeapType(reader);
  }
  const functions: number[] = [];
  for (let left = reader.count(); left > 0; left--) {
    if (expressions) skipConstant(reader);
    else functions.push(reader.u32());
  }
  return { table, passive: !active && !explicit, functions: expressions ? undefined : functions };
}

/** Sections in the order that WebAssembly asks for. */
const SECTION_ORDER: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** A prefix that neither the names of imports nor those of exports have. */
export function unused(
  wanted: string,
  names: ReadonlySet<string>,
  exported: ReadonlySet<string>,
): string {
  let marks = 0;
  for (const used of [names, exported]) {
    for (const one of used) {
      if (!one.startsWith(wanted)) continue;
      let end = wanted.length;
      while (one[end] === "'") end++;
      marks = Math.max(marks, end - wanted.length + 1);
    }
  }
  return wanted + "'".repeat(marks);
}
