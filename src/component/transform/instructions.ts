// The instructions of a core function's body, as far as one has to know them to pass over them.
// WebAssembly core specification 3.0, "Binary Format", "Instructions"; threads and SIMD included.
import { unsupported } from "../faults.ts";
import { aggregates, LONG_ARRAYS } from "./aggregates.ts";
import { CodeCursor } from "./code-cursor.ts";
import type {
  AfterCall,
  BlockKind,
  BranchForm,
  InstructionVisitor,
  StridePlace,
} from "./instruction-visitor.ts";
import {
  aggregateWeight,
  ATOMIC_WEIGHT,
  bulkWeight,
  type Scale,
  VECTOR_WEIGHT,
  WEIGHTS,
} from "./weights.ts";

/** So many bytes or elements take no time worth counting. */
const FEW = 256;

/**
 * Walks the instructions of one body, from `at` to `end`, and puts their weights on a scale. Throws
 * `component-malformed` where the bytes end within one, and `component-unsupported` for an
 * instruction that is not known. `offset` is the module's place in its component.
 */
export class InstructionWalker extends CodeCursor {
  readonly #visitor: InstructionVisitor;
  readonly #scale: Scale;
  /** Where the instruction starts. */
  #start = 0;
  /** Where the last `i32.const` has its value, and where it ends. */
  #constant = 0;
  #constantEnd = -1;
  /** The same of the last `local.get`. */
  #local = 0;
  #localEnd = -1;

  constructor(bytes: Uint8Array, visitor: InstructionVisitor, scale: Scale, offset: number) {
    super(bytes, offset);
    this.#visitor = visitor;
    this.#scale = scale;
  }

  walk(at: number, end: number): void {
    this.at = at;
    this.end = end;
    this.#constantEnd = -1;
    this.#localEnd = -1;
    const scale = this.#scale;
    while (this.at < end) {
      this.#start = this.at;
      if (scale.weight > scale.limit) this.#visitor.heavy?.(this.#start);
      const opcode = this.bytes[this.at++]!;
      scale.weight += WEIGHTS[opcode]!;
      this.#instruction(opcode);
    }
    if (this.at !== end) throw this.cut();
  }

  #instruction(opcode: number): void {
    // Arithmetic and comparison: about half of all instructions.
    if (opcode >= 0x45 && opcode <= 0xc4) return;
    if (opcode >= 0x28 && opcode <= 0x3e) return this.#memoryArgument();
    switch (opcode) {
      case 0x20: // local.get
        this.#local = this.at;
        this.leb();
        this.#localEnd = this.at;
        return;
      case 0x21: // local.set, .tee
      case 0x22:
      case 0x42: // i64.const
      case 0xd2: // ref.func
        return this.leb();
      case 0x08: // throw
        this.leb();
        return this.#visitor.dead?.();
      case 0x07: // catch
        this.leb();
        return this.#visitor.caught?.(this.at);
      case 0x19: // catch_all
        return this.#visitor.caught?.(this.at);
      case 0x23: // global.get, .set
      case 0x24:
        return this.#globalIndex();
      case 0x0c: // br
        this.#branch("always");
        return this.#visitor.dead?.();
      case 0x0d: // br_if
        return this.#branch("if");
      case 0xd5: // br_on_null
      case 0xd6: // br_on_non_null
        return this.#branch("other");
      case 0x41: // i32.const
        this.#constant = this.at;
        this.leb();
        this.#constantEnd = this.at;
        return;
      case 0x00: // unreachable
      case 0x0a: // throw_ref
        return this.#visitor.dead?.();
      case 0x0f: // return
        this.#visitor.leave?.(this.#start);
        return this.#visitor.dead?.();
      case 0x05: // else
        return this.#visitor.otherwise?.(this.at);
      case 0x01: // nop
      case 0x1a: // drop
      case 0x1b: // select
      case 0xd1: // ref.is_null
      case 0xd3: // ref.eq
      case 0xd4: // ref.as_non_null
        return;
      case 0x0b: // end
        return this.#close();
      case 0x18: // delegate
        this.leb(); // a label of blocks around this one
        return this.#close();
      case 0x09: // rethrow
        this.#branch("never");
        return this.#visitor.dead?.();
      case 0x02: // block
      case 0x06: // try
        return this.#block("block");
      case 0x03: // loop
        return this.#block("loop");
      case 0x04: // if
        return this.#block("if");
      case 0x0e: // br_table
        return this.#choice();
      case 0x10: // call
      case 0x12: // return_call
        return this.#call(opcode === 0x12);
      case 0x11: // call_indirect
      case 0x13: // return_call_indirect
        this.leb();
        this.#table();
        return this.#indirectCall(opcode === 0x13);
      case 0x14: // call_ref
      case 0x15: // return_call_ref
        this.leb();
        return this.#indirectCall(opcode === 0x15);
      case 0x1c: // select with types
        for (let left = this.u32(); left > 0; left--) this.valueType();
        return;
      case 0x1f: // try_table
        return this.#tryTable();
      case 0x25: // table.get
      case 0x26: // table.set
        this.#table();
        return;
      case 0x3f: // memory.size
      case 0x40: // memory.grow
        return this.#pages(opcode === 0x40);
      case 0x43: // f32.const
        return this.skip(4);
      case 0x44: // f64.const
        return this.skip(8);
      case 0xd0: // ref.null
        return this.heapType();
      case 0xfb:
        return this.#aggregate(this.u32());
      case 0xfc:
        return this.#bulk(this.u32());
      case 0xfd:
        return this.#vector(this.u32());
      case 0xfe:
        return this.#atomic(this.u32());
      default:
        throw this.#unknown(opcode.toString(16));
    }
  }

  #call(tail: boolean): void {
    const func = this.u32();
    this.#visitor.call(func, this.#next(tail), this.#start, this.at);
    if (tail) this.#visitor.dead?.();
  }

  #indirectCall(tail: boolean): void {
    this.#visitor.indirectCall(this.#next(tail), this.#start, this.at);
    if (tail) this.#visitor.dead?.();
  }

  #next(tail: boolean): AfterCall {
    if (tail) return "return";
    return this.bytes[this.at] === 0x00 ? "trap" : "next";
  }

  // Indices are read even if the visitor is not told of them.

  #pages(grows: boolean): void {
    if (grows) this.#visitor.bulk?.(this.#start, undefined, undefined);
    const memory = this.#memory();
    if (grows) this.#visitor.grow?.("memory", memory, this.#start, this.at);
    this.#visitor.pages?.(memory, this.#start, this.at);
  }

  #globalIndex(): void {
    const index = this.u32();
    this.#visitor.global?.(index, this.at);
  }

  #block(kind: BlockKind): void {
    const type = this.at;
    this.blockType();
    this.#visitor.open?.(kind, type, this.at);
  }

  #close(): void {
    const next = this.#visitor.close?.(this.#start, this.at);
    if (next !== undefined) this.at = next;
  }

  #branch(form: BranchForm): void {
    const at = this.at;
    const label = this.u32();
    this.#visitor.branch?.(label, form, this.#start, at, this.at);
  }

  #choice(): void {
    const count = this.u32() + 1;
    const labels = this.at;
    let deepest = 0;
    for (let left = count; left > 0; left--) deepest = Math.max(deepest, this.u32());
    this.#visitor.choice?.(this.#start, deepest);
    this.at = labels;
    for (let left = count; left > 0; left--) this.#branch("other");
    this.#visitor.dead?.();
  }

  #tryTable(): void {
    const type = this.at;
    this.blockType();
    for (let left = this.u32(); left > 0; left--) {
      // catch and catch_ref have a tag before their label, catch_all and catch_all_ref have not.
      if (this.byte() < 2) this.leb();
      this.#branch("caught"); // to what is around the block
    }
    this.#visitor.open?.("block", type, this.at);
  }

  #aggregate(code: number): void {
    if (LONG_ARRAYS.has(code)) this.#long([]);
    let items = 0;
    const indices = aggregates[code];
    if (code <= 1) {
      const type = this.u32();
      items = this.#visitor.fields?.(type) ?? 0;
    } else if (code === 8) {
      this.leb();
      items = this.u32(); // array.new_fixed
    } else if (indices !== undefined) this.lebs(indices);
    else this.#cast(code);
    this.#scale.weight += aggregateWeight(code, items);
  }

  #cast(code: number): void {
    if (code >= 20 && code <= 23) return this.heapType(); // ref.test, ref.cast
    if (code !== 24 && code !== 25) throw this.#unknown(`fb ${code}`);
    this.skip(1); // br_on_cast, br_on_cast_fail
    this.#branch("other");
    this.heapType();
    this.heapType();
  }

  #bulk(code: number): void {
    this.#scale.weight += bulkWeight(code);
    if (code <= 7 || (code >= 19 && code <= 22)) return; // saturating truncation, wide arithmetic
    switch (code) {
      case 8: // memory.init
        this.leb();
        return this.#long([this.#memory()]);
      case 9: // data.drop
      case 13: // elem.drop
        return this.leb();
      case 10: // memory.copy
        return this.#stride("memory", "copy", this.#memory(), this.#memory());
      case 11: // memory.fill
        return this.#stride("memory", "fill", this.#memory());
      case 12: // table.init
        this.leb();
        this.#table();
        return this.#long(undefined);
      case 14: // table.copy
        return this.#stride("table", "copy", this.#table(), this.#table());
      case 15: // table.grow
        return this.#growTable();
      case 17: // table.fill
        return this.#stride("table", "fill", this.#table());
      case 16: // table.size
        this.#table();
        return;
      default:
        throw this.#unknown(`fc ${code}`);
    }
  }

  #growTable(): void {
    const table = this.#table();
    this.#long(undefined);
    this.#visitor.grow?.("table", table, this.#start, this.at);
  }

  #long(memories: readonly number[] | undefined): void {
    if (this.#hasFew()) return;
    this.#visitor.bulk?.(this.#start, memories, this.#lengthLocal());
  }

  #stride(
    space: StridePlace["space"],
    work: StridePlace["work"],
    to: number,
    from: number = to,
  ): void {
    if (this.#hasFew()) return;
    this.#visitor.stride?.({ space, work, to, from }, this.#lengthLocal(), this.#start, this.at);
  }

  /** Whether its length is known, and short. */
  #hasFew(): boolean {
    if (this.#constantEnd !== this.#start || !this.#isFew()) return false;
    this.#scale.weight += FEW;
    return true;
  }

  /** The local that its length was just read from, if it was. */
  #lengthLocal(): number | undefined {
    if (this.#localEnd !== this.#start) return undefined;
    const next = this.at;
    this.at = this.#local;
    const local = this.u32();
    this.at = next;
    return local;
  }

  /** Of the last `i32.const`. One of two bytes is enough for it. */
  #isFew(): boolean {
    const length = this.#constantEnd - this.#constant;
    const low = this.bytes[this.#constant]!;
    const high = length === 2 ? this.bytes[this.#constant + 1]! : 0;
    const value = (low & 0x7f) | (high << 7);
    const negative = ((length === 1 ? low : high) & 0x40) !== 0;
    return length <= 2 && !negative && value <= FEW;
  }

  #vector(code: number): void {
    this.#scale.weight += VECTOR_WEIGHT;
    if (code <= 11 || code === 92 || code === 93) return this.#memoryArgument(); // load, store
    if (code === 12 || code === 13) return this.skip(16); // v128.const, i8x16.shuffle
    if (code >= 21 && code <= 34) return this.skip(1); // lanes
    if (code >= 84 && code <= 91) {
      this.#memoryArgument(); // lanes from and to memory
      return this.skip(1);
    }
    if (code > 0x113) throw this.#unknown(`fd ${code}`);
  }

  #atomic(code: number): void {
    this.#scale.weight += ATOMIC_WEIGHT;
    if (code === 3) return this.skip(1); // atomic.fence
    if (code <= 2 || (code >= 0x10 && code <= 0x4e)) return this.#memoryArgument();
    throw this.#unknown(`fe ${code}`);
  }

  #memoryArgument(): void {
    const flags = this.u32();
    const memory = flags & 0x40 ? this.u32() : 0;
    this.#visitor.memory?.(memory, this.at);
    this.leb();
  }

  #memory(): number {
    const index = this.u32();
    this.#visitor.memory?.(index, this.at);
    return index;
  }

  #table(): number {
    const index = this.u32();
    this.#visitor.table?.(index, this.at);
    return index;
  }

  #unknown(code: string): Error {
    return unsupported(this.offset + this.at, `the instruction 0x${code}`);
  }
}
