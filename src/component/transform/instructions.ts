/// The instructions of a core function's body, as far as one has to know them to pass over them.
/// WebAssembly core specification 3.0, "Binary Format", "Instructions"; threads and SIMD included.
import { unsupported } from "../faults.ts";
import { aggregates, LONG_ARRAYS } from "./aggregates.ts";
import { CodeCursor } from "./code-cursor.ts";

/// What is told of the instructions on the way.
export interface InstructionVisitor {
  /// A block starts, of any kind; its type stands at `type` and its first instruction at `body`.
  /// `count`: instructions so far.
  open?(loop: boolean, type: number, body: number, count: number): void;
  /// The innermost block, or the function, ends; so it does behind `at`.
  close?(at: number, count: number): void;
  /// An instruction has a label, which stands from `at` to `end`.
  branch?(label: number, form: BranchForm, at: number, end: number): void;
  /// `call` and `return_call`, which end at `end`.
  call(func: number, next: AfterCall, end: number): void;
  /// A call whose callee is found out when it is made.
  indirectCall(next: AfterCall, end: number): void;
  /// An index of the space of memories, tables or globals, wherever one stands.
  memory(index: number, at: number): void;
  table(index: number, at: number): void;
  global?(index: number, at: number): void;
  /// `memory.size` and `memory.grow`, from `start` to `end`; `memory` was told of before.
  pages?(start: number, end: number): void;
  /// `memory.grow` and `table.grow`, from `start` to `end`; `memory` or `table` was told of before.
  grow?(space: "memory" | "table", index: number, start: number, end: number): void;
  /// An instruction that may take as long as a loop starts at `start`. `memories`: those that it works
  /// on, its length being on top of the stack; undefined: how long it takes can't be told from there.
  /// `local`: where the length has just come from, if from one.
  bulk?(start: number, memories: readonly number[] | undefined, local: number | undefined): void;
}

/// Bytes, or elements, that an instruction passes over in no time.
const FEW = 256;

/// `br`, which has its label behind one byte; `br_if`, likewise; any other; one that names a block
/// without going there.
export type BranchForm = "always" | "if" | "other" | "never";

/// What comes when a call is over: the next instruction, which may be `unreachable`, or the end of the
/// function.
export type AfterCall = "next" | "trap" | "return";

/// Walks the instructions of one body, from `at` to `end`, and answers how many there are. Throws
/// `component-malformed` where the bytes end within one, and `component-unsupported` for an
/// instruction that is not known. `offset` is the module's place in its component.
export class InstructionWalker extends CodeCursor {
  readonly #visitor: InstructionVisitor;
  #count = 0;
  /// Where the last `i32.const` has its value, and where it ends.
  #constant = 0;
  #constantEnd = -1;
  /// The same of the last `local.get`.
  #local = 0;
  #localEnd = -1;

  constructor(bytes: Uint8Array, visitor: InstructionVisitor, offset: number) {
    super(bytes, offset);
    this.#visitor = visitor;
  }

  walk(at: number, end: number): number {
    this.at = at;
    this.end = end;
    this.#count = 0;
    while (this.at < end) {
      this.#count++;
      this.#instruction(this.bytes[this.at++]!);
    }
    if (this.at !== end) throw this.cut();
    return this.#count;
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
      case 0x07: // catch
      case 0x08: // throw
      case 0xd2: // ref.func
        return this.leb();
      case 0x23: // global.get, .set
      case 0x24:
        return this.#globalIndex();
      case 0x0c: // br
        return this.#branch("always");
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
      case 0x01: // nop
      case 0x05: // else
      case 0x0a: // throw_ref
      case 0x0f: // return
      case 0x19: // catch_all
      case 0x1a: // drop
      case 0x1b: // select
      case 0xd1: // ref.is_null
      case 0xd3: // ref.eq
      case 0xd4: // ref.as_non_null
        return;
      case 0x0b: // end
        return this.#visitor.close?.(this.at - 1, this.#count);
      case 0x18: // delegate
        this.#visitor.close?.(this.at - 1, this.#count);
        return this.#branch("never");
      case 0x09: // rethrow
        return this.#branch("never");
      case 0x02: // block
      case 0x03: // loop
      case 0x04: // if
      case 0x06: // try
        return this.#block(opcode === 0x03);
      case 0x0e: // br_table
        for (let left = this.u32() + 1; left > 0; left--) this.#branch("other");
        return;
      case 0x10: // call
      case 0x12: // return_call
        return this.#visitor.call(this.u32(), this.#next(opcode === 0x12), this.at);
      case 0x11: // call_indirect
      case 0x13: // return_call_indirect
        this.leb();
        this.#table();
        return this.#visitor.indirectCall(this.#next(opcode === 0x13), this.at);
      case 0x14: // call_ref
      case 0x15: // return_call_ref
        this.leb();
        return this.#visitor.indirectCall(this.#next(opcode === 0x15), this.at);
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
      case 0x40: {
        // memory.grow
        const start = this.at - 1;
        if (opcode === 0x40) this.#visitor.bulk?.(start, undefined, undefined);
        const memory = this.#memory();
        if (opcode === 0x40) this.#visitor.grow?.("memory", memory, start, this.at);
        return this.#visitor.pages?.(start, this.at);
      }
      case 0x43: // f32.const
        return this.skip(4);
      case 0x44: // f64.const
        return this.skip(8);
      case 0xd0: // ref.null
        return this.heapType();
      case 0xfb:
        return this.#aggregate(this.at - 1, this.u32());
      case 0xfc:
        return this.#bulk(this.at - 1, this.u32());
      case 0xfd:
        return this.#vector(this.u32());
      case 0xfe:
        return this.#atomic(this.u32());
      default:
        throw this.#unknown(opcode.toString(16));
    }
  }

  #next(tail: boolean): AfterCall {
    if (tail) return "return";
    return this.bytes[this.at] === 0x00 ? "trap" : "next";
  }

  /// The index is read whether anybody hears of it or not.
  #globalIndex(): void {
    const index = this.u32();
    this.#visitor.global?.(index, this.at);
  }

  #block(loop: boolean): void {
    const type = this.at;
    this.blockType();
    this.#visitor.open?.(loop, type, this.at, this.#count);
  }

  #branch(form: BranchForm): void {
    const at = this.at;
    const label = this.u32();
    this.#visitor.branch?.(label, form, at, this.at);
  }

  #tryTable(): void {
    const type = this.at;
    this.blockType();
    for (let left = this.u32(); left > 0; left--) {
      // catch and catch_ref have a tag before their label, catch_all and catch_all_ref have not.
      if (this.byte() < 2) this.leb();
      this.#branch("other"); // to what is around the block
    }
    this.#visitor.open?.(false, type, this.at, this.#count);
  }

  #aggregate(start: number, code: number): void {
    const indices = aggregates[code];
    if (LONG_ARRAYS.has(code)) this.#long(start, []);
    if (indices !== undefined) return this.lebs(indices);
    if (code >= 20 && code <= 23) return this.heapType(); // ref.test, ref.cast
    if (code !== 24 && code !== 25) throw this.#unknown(`fb ${code}`);
    this.skip(1); // br_on_cast, br_on_cast_fail
    this.#branch("other");
    this.heapType();
    this.heapType();
  }

  #bulk(start: number, code: number): void {
    if (code <= 7 || (code >= 19 && code <= 22)) return; // saturating truncation, wide arithmetic
    switch (code) {
      case 8: // memory.init
        this.leb();
        return this.#long(start, [this.#memory()]);
      case 9: // data.drop
      case 13: // elem.drop
        return this.leb();
      case 10: // memory.copy
        return this.#long(start, [this.#memory(), this.#memory()]);
      case 11: // memory.fill
        return this.#long(start, [this.#memory()]);
      case 12: // table.init
        this.leb();
        this.#table();
        return this.#long(start, undefined);
      case 14: // table.copy
        this.#table();
        this.#table();
        return this.#long(start, undefined);
      case 15: {
        // table.grow
        const table = this.#table();
        this.#long(start, undefined);
        return this.#visitor.grow?.("table", table, start, this.at);
      }
      case 17: // table.fill
        this.#table();
        return this.#long(start, undefined);
      case 16: // table.size
        this.#table();
        return;
      default:
        throw this.#unknown(`fc ${code}`);
    }
  }

  #long(start: number, memories: readonly number[] | undefined): void {
    if (this.#constantEnd === start && this.#isFew()) return;
    let local: number | undefined;
    if (this.#localEnd === start) {
      const next = this.at;
      this.at = this.#local;
      local = this.u32();
      this.at = next;
    }
    this.#visitor.bulk?.(start, memories, local);
  }

  /// Of the last `i32.const`. One of two bytes is enough for it.
  #isFew(): boolean {
    const length = this.#constantEnd - this.#constant;
    const low = this.bytes[this.#constant]!;
    const high = length === 2 ? this.bytes[this.#constant + 1]! : 0;
    const value = (low & 0x7f) | (high << 7);
    const negative = ((length === 1 ? low : high) & 0x40) !== 0;
    return length <= 2 && !negative && value <= FEW;
  }

  #vector(code: number): void {
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
    if (code === 3) return this.skip(1); // atomic.fence
    if (code <= 2 || (code >= 0x10 && code <= 0x4e)) return this.#memoryArgument();
    throw this.#unknown(`fe ${code}`);
  }

  #memoryArgument(): void {
    const flags = this.u32();
    this.#visitor.memory(flags & 0x40 ? this.u32() : 0, this.at);
    this.leb();
  }

  #memory(): number {
    const index = this.u32();
    this.#visitor.memory(index, this.at);
    return index;
  }

  #table(): number {
    const index = this.u32();
    this.#visitor.table(index, this.at);
    return index;
  }

  #unknown(code: string): Error {
    return unsupported(this.offset + this.at, `the instruction 0x${code}`);
  }
}
