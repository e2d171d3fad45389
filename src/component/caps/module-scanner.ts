import { allSteps, type Steps } from "../decode/steps.ts";
import { invalid, malformed } from "../faults.ts";
import type { CapName, Caps } from "./cap-row.ts";
import { CodeScanner } from "./code-scanner.ts";
import { CodeSums } from "./code-sums.ts";
import { unknownCode } from "./faults.ts";
import type { WasmFeature } from "./features.ts";
import type { Rules } from "./rules.ts";
import { SectionCursor } from "./section-cursor.ts";

/** The sizes of a module, by the caps of modules and of functions; for the latter, the largest. */
export type ModuleSizes = Readonly<Record<CapName, number>>;

/** A module's place in its component, in bytes. */
export interface ModuleRange {
  readonly offset: number;
  readonly length: number;
}

/** How much of a core module is read: all of it, or all except its code. */
export type ScanDepth = "outline" | "code";

/**
 * Checks a core module against caps and features, in time linear in its bytes and with little
 * memory, before WebAssembly sees it. `sums`: those of the component that it is in. Throws
 * `component-limit` for a module over a cap or with a feature that is not allowed,
 * `component-unsupported` for code that this engine does not know, `component-malformed` and
 * `component-invalid`. Returns the module's sizes.
 */
export function checkModule(
  bytes: Uint8Array,
  range: ModuleRange,
  rules: Rules,
  depth: ScanDepth = "code",
  sums: CodeSums = new CodeSums(rules.caps),
): ModuleSizes {
  return allSteps(checkModuleSteps(bytes, range, rules, depth, sums));
}

/** `checkModule` in steps. */
export function checkModuleSteps(
  bytes: Uint8Array,
  { offset, length }: ModuleRange,
  { caps, features }: Rules,
  depth: ScanDepth,
  sums: CodeSums,
): Steps<ModuleSizes> {
  const scanner = new ModuleScanner(bytes, caps, new Set(features), depth, sums);
  return scanner.run(offset, offset + length);
}

/** The id of the code section. */
const CODE = 10;

/** Section ids in the order that WebAssembly requires. */
const ORDER: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
const PAGE_BITS = 16;

/**
 * Bytes of function bodies between two steps: about half a millisecond. A larger function is one
 * step.
 */
const STEP_BYTES = 64 * 1024;

class ModuleScanner extends SectionCursor {
  readonly #code: CodeScanner;
  readonly #depth: ScanDepth;
  #imported = 0;

  constructor(
    bytes: Uint8Array,
    caps: Caps,
    allowed: ReadonlySet<WasmFeature>,
    depth: ScanDepth,
    sums: CodeSums,
  ) {
    super(bytes, caps, allowed);
    this.#depth = depth;
    this.#code = new CodeScanner(bytes, this.spaces, caps, allowed, sums);
  }

  *run(start: number, end: number): Steps<ModuleSizes> {
    [this.at, this.end] = [start, end];
    this.add("moduleBytes", end - start);
    this.skip(8);
    let last = -1;
    while (this.at < end) {
      const section = this.at;
      const id = this.byte();
      const length = this.u32();
      if (length > end - this.at) throw this.cut();
      this.end = this.at + length;
      if (id !== 0) {
        const rank = ORDER.indexOf(id);
        if (rank < 0) throw malformed(section, `malformed section id: ${id}`);
        if (rank <= last) throw malformed(section, "section out of order");
        last = rank;
      }
      if (id === CODE && this.#depth === "code") yield* this.#codeSection();
      else this.#section(id);
      if (this.at !== this.end) throw malformed(this.at, "unexpected content after a section");
      this.end = end;
    }
    return { ...Object.fromEntries(this.sizes), ...this.#code.largest } as ModuleSizes;
  }

  #section(id: number): void {
    switch (id) {
      case 0:
        return this.#custom();
      case 1:
        return this.#types();
      case 2:
        return this.each("moduleImports", () => this.#import());
      case 3:
        return this.#functions();
      case 4:
        return this.each("moduleTables", () => this.#table());
      case 5:
        return this.each("moduleMemories", () => this.#memory());
      case 6:
        return this.each("moduleGlobals", () => this.#global());
      case 7:
        return this.each("moduleExports", () => this.#export());
      case 8:
        return this.leb();
      case 9:
        return this.each("moduleElementSegments", () => this.#elementSegment());
      case CODE:
        this.at = this.end;
        return;
      case 11:
        return this.each("moduleDataSegments", () => this.#dataSegment());
      case 12:
        this.need("bulk-memory", "a data count", this.at);
        return this.leb();
      default:
        return this.each("moduleTags", () => this.#tag());
    }
  }

  #custom(): void {
    this.add("moduleCustomSections", 1);
    const start = this.at;
    this.name();
    if (!this.allowed.has("branch-hinting")) {
      const name = this.bytes.subarray(this.at - BRANCH_HINTS.length, this.at);
      const is = this.at - start === BRANCH_HINTS.length + 1;
      if (is && BRANCH_HINTS.every((byte, index) => byte === name[index])) {
        this.need("branch-hinting", "branch hints", start);
      }
    }
    this.at = this.end;
  }

  #types(): void {
    for (let left = this.count(); left > 0; left--) {
      if (this.bytes[this.at] === 0x4e && this.at < this.end) {
        this.need("gc", "a recursion group", this.at++);
        for (let inner = this.count(); inner > 0; inner--) this.#subtype();
      } else this.#subtype();
    }
  }

  #subtype(): void {
    this.add("moduleTypes", 1);
    const start = this.at;
    let byte = this.byte();
    if (byte === 0x50 || byte === 0x4f) {
      this.need("gc", "a subtype", start);
      const supertypes = this.count();
      this.add("moduleTypeParts", supertypes);
      for (let left = supertypes; left > 0; left--) this.leb();
      byte = this.byte();
    }
    const { params, results } = this.spaces;
    switch (byte) {
      case 0x60: {
        params.push(this.#parts("moduleTypeParameters", () => this.valueType()));
        const several = this.#parts("moduleTypeResults", () => this.valueType());
        if (several > 1) this.need("multi-value", "several results", start);
        results.push(several);
        return;
      }
      case 0x5f:
        this.need("gc", "a struct type", start);
        params.push(this.#parts("moduleTypeFields", () => this.#field()));
        results.push(0);
        return;
      case 0x5e:
        this.need("gc", "an array type", start);
        this.add("moduleTypeParts", 1);
        this.#field();
        params.push(1);
        results.push(0);
        return;
      case 0x5d:
        this.need("stack-switching", "a continuation's type", start);
        throw unknownCode("continuation types", start);
      default:
        throw unknownCode(`the type 0x${byte.toString(16)}`, start);
    }
  }

  #parts(name: CapName, read: () => void): number {
    const count = this.count();
    this.raise(name, count);
    this.add("moduleTypeParts", count);
    for (let left = count; left > 0; left--) read();
    return count;
  }

  #field(): void {
    const byte = this.bytes[this.at];
    if (byte === 0x78 || byte === 0x77) this.skip(1);
    else this.kept("a field");
    this.skip(1);
  }

  #import(): void {
    this.name();
    this.name();
    const start = this.at;
    const kind = this.byte();
    switch (kind) {
      case 0x00:
        this.#imported++;
        return void this.spaces.functions.push(this.type());
      case 0x01:
        this.add("moduleTables", 1);
        return this.#tableType(false);
      case 0x02:
        this.add("moduleMemories", 1);
        return this.#memoryType(false);
      case 0x03:
        this.add("moduleGlobals", 1);
        this.kept("a global");
        if (this.byte() & 1) this.need("mutable-globals", "an imported one", start);
        return;
      case 0x04:
        this.add("moduleTags", 1);
        return this.#tag();
      default:
        throw unknownCode(`imports of the kind 0x${kind.toString(16)}`, start);
    }
  }

  #functions(): void {
    const count = this.count();
    this.add("moduleFunctions", count);
    for (let left = count; left > 0; left--) this.spaces.functions.push(this.type());
  }

  #table(): void {
    const start = this.at;
    if (this.bytes[start] !== 0x40) return this.#tableType(true);
    this.need("function-references", "a table with an initialiser", start);
    this.skip(2);
    this.#tableType(true);
    this.constant();
  }

  #tableType(defined: boolean): void {
    const start = this.at;
    if (this.sizes.get("moduleTables")! > 1) this.need("reference-types", "several tables", start);
    if (this.bytes[start] === 0x70) this.skip(1);
    else this.kept("a table");
    const flags = this.byte();
    if (flags & 0x04) this.need("memory64", "a table with 64-bit indices", start);
    const initial = this.u64();
    // Imported elements are counted where they are defined.
    if (defined) this.add("moduleStartElements", initial);
    if (flags & 0x01) this.u64();
  }

  #memory(): void {
    this.#memoryType(true);
  }

  #memoryType(defined: boolean): void {
    const start = this.at;
    if (this.sizes.get("moduleMemories")! > 1) this.need("multi-memory", "several memories", start);
    const flags = this.byte();
    if (flags & 0x02) this.need("threads", "shared memory", start);
    if (flags & 0x04) this.need("memory64", "a memory with 64-bit addresses", start);
    const initial = this.u64();
    if (flags & 0x01) this.u64();
    let bits = PAGE_BITS;
    if (flags & 0x08) {
      this.need("custom-page-sizes", "pages of another size", start);
      bits = this.u32();
    }
    if (defined) this.add("moduleStartPages", Math.ceil(initial * 2 ** (bits - PAGE_BITS)));
  }

  #global(): void {
    this.kept("a global");
    this.skip(1);
    this.constant();
  }

  #export(): void {
    this.name();
    this.skip(1);
    this.leb();
  }

  #tag(): void {
    const start = this.at;
    this.need("exceptions", "a tag", start);
    this.skip(1);
    const type = this.type();
    this.raise("moduleTagValues", this.spaces.params[type] ?? 0);
    this.spaces.tags.push(type);
  }

  #elementSegment(): void {
    const start = this.at;
    const flags = this.u32();
    if (flags > 7) throw malformed(start, "an element segment of an unknown form");
    if (flags !== 0)
      this.need("bulk-memory", "an element segment that is not copied at once", start);
    if (!(flags & 1)) {
      if (flags & 2) this.leb();
      this.constant();
    }
    if (flags & 3) {
      // An element's kind, or its type.
      if (flags & 4) this.valueType();
      else this.skip(1);
    }
    const count = this.count();
    this.add("moduleElements", count);
    for (let left = count; left > 0; left--) {
      if (flags & 4) this.constant();
      else this.leb();
    }
  }

  #dataSegment(): void {
    const start = this.at;
    const flags = this.u32();
    if (flags > 2) throw malformed(start, "a data segment of an unknown form");
    if (flags !== 0) this.need("bulk-memory", "a data segment that is not copied at once", start);
    if (flags === 2) this.leb();
    if (flags !== 1) this.constant();
    const length = this.u32();
    if (flags !== 1) this.add("moduleStartBytes", length);
    this.skip(length);
  }

  /** Scans functions' bodies from `func` on, for one step; returns the first that is left. */
  #bodies(func: number): number {
    const { functions, params } = this.spaces;
    const end = this.end;
    const stepEnd = this.at + STEP_BYTES;
    let next = func;
    while (next < functions.length && this.at < stepEnd) {
      const body = this.u32();
      if (body > end - this.at) throw this.cut();
      const start = this.at;
      this.end = start + body;
      const type = functions[next]!;
      let locals = params[type]!;
      for (let groups = this.count(); groups > 0; groups--) {
        locals += this.u32();
        this.valueType();
      }
      this.#code.scan(next++, type, locals, start, this.at, this.end);
      this.at = this.end;
      this.end = end;
    }
    return next;
  }

  *#codeSection(): Steps<void> {
    const start = this.at;
    const count = this.count();
    const functions = this.spaces.functions;
    if (count !== functions.length - this.#imported) {
      throw invalid(start, "function and code section have different lengths");
    }
    for (let func = this.#imported; func < functions.length;) {
      func = this.#bodies(func);
      yield;
    }
  }
}

/** The name of the section with branch hints. */
const BRANCH_HINTS: readonly number[] = Array.from("metadata.code.branch_hint", (letter) =>
  letter.charCodeAt(0),
);
