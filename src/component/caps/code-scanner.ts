import { invalid, malformed } from "../faults.ts";
import type { CapName, Caps } from "./catalogue.ts";
import type { CodeSums } from "./code-sums.ts";
import { overCap, refusedFeature, unknownCode } from "./faults.ts";
import type { WasmFeature } from "./features.ts";
import * as count from "./function-counts.ts";
import { ModuleCursor } from "./module-cursor.ts";
import type { ModuleSpaces } from "./module-spaces.ts";
import {
  ACCESS,
  ACCESS_LANE,
  AGGREGATES,
  ATOMICS,
  BULKS,
  BYTES16,
  CAST_BRANCH,
  HEAP_TYPE,
  LANE,
  LEB,
  type OpcodeTable,
  PLAIN,
  REFUSED,
  SINGLE,
  TWO_LEBS,
  VECTORS,
} from "./opcodes.ts";

// Constants of this file, because some loaders look up those of another file at each use.
const {
  ACCESSES,
  AGGREGATE_VALUES,
  BLOCKS,
  BLOCK_SLOTS,
  BRANCH_SLOTS,
  BULK,
  BYTES,
  CALLS,
  CALL_SLOTS,
  CALL_VALUES,
  CAUGHT_CALLS,
  DEPTH,
  HEIGHT,
  INDIRECT_CALLS,
  LOCALS,
  LOOPS,
  LOOP_DEPTH,
  LOOP_DEPTHS,
  LOOP_SLOTS,
  STRAIGHT,
  STRAIN,
  TABLE_ACCESSES,
  TABLE_TARGETS,
  TARGETS,
} = count;

/** The kinds of blocks. */
const OTHER = 0;
const LOOP = 1;
const TRY = 2;

/**
 * Measures functions' bodies, in one pass over their bytes and without making anything of them. It
 * does not validate. Of code that WebAssembly would accept, it refuses only code over a cap, with a
 * feature that is not allowed, or with an instruction that it does not know. Code that WebAssembly
 * would refuse may pass. The height of the operand stack is exact where code can be reached, and an
 * upper bound elsewhere.
 */
export class CodeScanner extends ModuleCursor {
  readonly #spaces: ModuleSpaces;
  readonly #caps: Float64Array;
  readonly #sums: CodeSums;
  readonly #single: OpcodeTable;
  readonly #bulks: OpcodeTable;
  readonly #vectors: OpcodeTable;
  /**
   * Counts of the current function, by the indices of function-counts.ts; zeros between two
   * functions.
   */
  readonly #counts: Float64Array = new Float64Array(count.COUNTED.length);
  readonly #largest: Float64Array = new Float64Array(count.COUNTED.length);
  /** Whether the current function has more than straight code. */
  #winds = false;
  #func = 0;
  #start = 0;
  #locals = 0;
  #height = 0;
  /** How many blocks are open, not counting the function itself. */
  #depth = 0;
  #loops = 0;
  #tries = 0;
  /**
   * For each open block, the function first: where its operands start, how many operands a branch
   * to it carries, how many it takes and leaves, and its kind.
   */
  #base: Int32Array = new Int32Array(64);
  #carried: Int32Array = new Int32Array(64);
  #taken: Int32Array = new Int32Array(64);
  #left: Int32Array = new Int32Array(64);
  #form: Uint8Array = new Uint8Array(64);

  /** `bytes`: of the whole component. The counts of each function are added to `sums`. */
  constructor(
    bytes: Uint8Array,
    spaces: ModuleSpaces,
    caps: Caps,
    allowed: ReadonlySet<WasmFeature>,
    sums: CodeSums,
  ) {
    super(bytes, allowed);
    this.#spaces = spaces;
    this.#caps = Float64Array.from(count.COUNTED, (name) => caps[name]);
    this.#sums = sums;
    this.#single = SINGLE.allowing(allowed);
    this.#bulks = BULKS.allowing(allowed);
    this.#vectors = VECTORS.allowing(allowed);
  }

  /** The largest value of each cap in any function so far. */
  get largest(): Readonly<Partial<Record<CapName, number>>> {
    return Object.fromEntries(count.COUNTED.map((name, index) => [name, this.#largest[index]!]));
  }

  /**
   * Measures one function. `locals` includes its parameters. The body starts at `start`, its
   * instructions at `at`.
   */
  scan(func: number, type: number, locals: number, start: number, at: number, end: number): void {
    const counts = this.#counts;
    // Assigned one by one, because there may be millions of very small functions.
    this.at = at;
    this.end = end;
    this.#func = func;
    this.#start = start;
    this.#locals = locals;
    this.#winds = false;
    this.#height = this.#depth = this.#loops = this.#tries = 0;
    counts[BYTES] = end - start;
    counts[LOCALS] = locals;
    this.#check(BYTES);
    this.#check(LOCALS);
    this.#base[0] = this.#taken[0] = this.#form[0] = 0;
    this.#left[0] = this.#carried[0] = this.#spaces.results[type]!;
    this.#walk();
    // The summed counts are all zero in straight code.
    if (this.#winds) this.#sums.add(counts, start);
    const largest = this.#largest;
    const counted = this.#winds ? counts.length : STRAIGHT;
    for (let index = 0; index < counted; index++) {
      const value = counts[index]!;
      if (value === 0) continue;
      // A value that is no greater than an earlier one is within its cap.
      if (value > largest[index]!) {
        this.#check(index);
        largest[index] = value;
      }
      counts[index] = 0;
    }
  }

  #check(index: number): void {
    const value = this.#counts[index]!;
    const most = this.#caps[index]!;
    if (value > most) {
      throw overCap(count.COUNTED[index]!, value, most, this.#start, this.#func);
    }
  }

  #raise(index: number, value: number): void {
    if (value <= this.#counts[index]!) return;
    this.#counts[index] = value;
    this.#check(index);
  }

  #walk(): void {
    const { bytes, end } = this;
    const { kinds, pops, pushes, strains } = this.#single;
    let at = this.at;
    let base = 0;
    let height = 0;
    let highest = 0;
    let accesses = 0;
    let strain = 0;
    while (at < end) {
      const opcode = bytes[at++]!;
      height -= pops[opcode]!;
      if (height < base) height = base;
      height += pushes[opcode]!;
      strain += strains[opcode]!;
      switch (kinds[opcode]!) {
        case 0: // PLAIN
          break;
        case 1: // LEB
          while (at < end && bytes[at++]! >= 0x80);
          break;
        case 3: // BYTES4
          at += 4;
          break;
        case 4: // BYTES8
          at += 8;
          break;
        case 2: // ACCESS
          accesses++;
          if (at < end && bytes[at]! < 0x40) {
            at++;
            while (at < end && bytes[at++]! >= 0x80);
          } else {
            this.at = at;
            this.#memoryArgument();
            at = this.at;
          }
          break;
        default:
          this.at = at;
          this.#height = height;
          if (kinds[opcode] === REFUSED) throw this.#refused(this.#single, opcode, at - 1);
          this.#control(opcode);
          at = this.at;
          height = this.#height;
          if (this.#depth < 0) {
            if (at !== end) throw malformed(at, "operators remaining after end of function");
            this.#counts[HEIGHT] = highest;
            this.#counts[ACCESSES]! += accesses;
            this.#counts[STRAIN]! += strain;
            return;
          }
          base = this.#base[this.#depth]!;
      }
      if (height > highest) highest = height;
    }
    throw this.cut();
  }

  /**
   * Handles every instruction that does more than move operands. By opcode, not by kind: in
   * numerical order the cases compile to a jump table.
   */
  #control(opcode: number): void {
    if (opcode !== 0x0b) this.#winds = true;
    switch (opcode) {
      case 0x00: // unreachable
      case 0x0a: // throw_ref
      case 0x0f: // return
        return this.#leave();
      case 0x02: // block
      case 0x03: // loop
      case 0x04: // if
      case 0x06: // try
      case 0x1f: // try_table
        return this.#open(opcode);
      case 0x05: // else
        this.#height = this.#base[this.#depth]! + this.#taken[this.#depth]!;
        return;
      case 0x07: // catch
        return this.#catch(this.#spaces.params[this.#tag()]!);
      case 0x08: // throw
        this.#call(this.#spaces.params[this.#tag()]!, 0);
        return this.#leave();
      case 0x09: // rethrow
        this.leb();
        this.#call(0, 0);
        return this.#leave();
      case 0x0b: // end
        return this.#close();
      case 0x0c: // br
        this.#branch();
        return this.#leave();
      case 0x0d: // br_if
      case 0xd5: // br_on_null
      case 0xd6: // br_on_non_null
        return this.#branch();
      case 0x0e: // br_table
        return this.#table();
      case 0x10: // call
        return this.#callByIndex();
      case 0x11: // call_indirect
        return this.#callByType(true);
      case 0x12: // return_call
        this.#callByIndex();
        return this.#leave();
      case 0x13: // return_call_indirect
        this.#callByType(true);
        return this.#leave();
      case 0x14: // call_ref
        return this.#callByType(false);
      case 0x15: // return_call_ref
        this.#callByType(false);
        return this.#leave();
      case 0x18: // delegate
        this.leb();
        return this.#close();
      case 0x19: // catch_all
        return this.#catch(0);
      case 0x1c: // select with types
        for (let left = this.count(); left > 0; left--) this.valueType();
        return;
      case 0x25: // table.get
      case 0x26: // table.set
      case 0x40: // memory.grow
        this.#counts[TABLE_ACCESSES]!++;
        return this.leb();
      case 0xd0: // ref.null
        return this.heapType();
      case 0xfb:
        return this.#prefixed(AGGREGATES, "fb");
      case 0xfc:
        this.#counts[BULK]!++;
        return this.#prefixed(this.#bulks, "fc");
      case 0xfd:
        return this.#prefixed(this.#vectors, "fd");
      case 0xfe:
        return this.#prefixed(ATOMICS, "fe");
      default:
        throw unknownCode(instruction(opcode), this.at - 1);
    }
  }

  /** The code behind this can't be reached, so its operands may be anything. */
  #leave(): void {
    this.#height = this.#base[this.#depth]!;
  }

  #pop(operands: number): void {
    const base = this.#base[this.#depth]!;
    this.#height = Math.max(this.#height - operands, base);
  }

  #catch(params: number): void {
    this.#height = this.#base[this.#depth]! + params;
    this.#counts[BRANCH_SLOTS]! += this.#locals + this.#height;
  }

  #open(opcode: number): void {
    const counts = this.#counts;
    const { params, results } = this.#spaces;
    const type = this.#blockType();
    const taken = type < 0 ? 0 : params[type]!;
    const left = type < 0 ? -1 - type : results[type]!;
    if (opcode === 0x1f) this.#catches();
    counts[BLOCKS]!++;
    counts[BLOCK_SLOTS]! += this.#locals + this.#height + left;
    this.#pop(taken);
    const depth = ++this.#depth;
    this.#raise(DEPTH, depth);
    if (depth >= this.#base.length) this.#grow();
    this.#base[depth] = this.#height;
    this.#height += taken;
    this.#taken[depth] = taken;
    this.#left[depth] = left;
    this.#carried[depth] = opcode === 0x03 ? taken : left;
    this.#form[depth] = OTHER;
    if (opcode === 0x03) {
      this.#form[depth] = LOOP;
      counts[LOOPS]!++;
      counts[LOOP_SLOTS]! += this.#locals + this.#height;
      counts[LOOP_DEPTHS]! += ++this.#loops;
      this.#raise(LOOP_DEPTH, this.#loops);
    } else if (opcode === 0x06 || opcode === 0x1f) {
      this.#form[depth] = TRY;
      this.#tries++;
    }
  }

  #close(): void {
    const depth = this.#depth--;
    this.#height = this.#base[depth]! + this.#left[depth]!;
    if (this.#form[depth] === LOOP) this.#loops--;
    else if (this.#form[depth] === TRY) this.#tries--;
  }

  /** The index of a function type; -1 for no result, -2 for one result. */
  #blockType(): number {
    const start = this.at;
    const byte = this.byte();
    if (byte === 0x40) return -1;
    this.at = start;
    if (byte >= 0x40 && byte < 0x80) {
      this.valueType();
      return -2;
    }
    this.need("multi-value", "a block with a type of its own", start);
    const type = this.u32();
    if (this.#spaces.params[type] === undefined) throw invalid(start, `unknown type ${type}`);
    return type;
  }

  /** The catch clauses of try_table. Their labels are those outside of the block. */
  #catches(): void {
    for (let left = this.count(); left > 0; left--) {
      if (this.byte() < 2) this.#tag();
      this.#branch();
    }
  }

  /** Reads a tag's index, and returns the tag's type. */
  #tag(): number {
    const start = this.at;
    const type = this.#spaces.tags[this.u32()];
    if (type === undefined) throw invalid(start, "unknown tag");
    return type;
  }

  #branch(): void {
    const start = this.at;
    const block = this.#depth - this.u32();
    if (block < 0) throw invalid(start, "unknown label");
    this.#counts[BRANCH_SLOTS]! += this.#locals + this.#base[block]! + this.#carried[block]!;
  }

  #table(): void {
    const targets = this.count() + 1;
    this.#counts[TARGETS]! += targets;
    this.#raise(TABLE_TARGETS, targets);
    for (let left = targets; left > 0; left--) this.#branch();
    this.#leave();
  }

  #callByIndex(): void {
    const start = this.at;
    const type = this.#spaces.functions[this.u32()];
    if (type === undefined) throw invalid(start, "unknown function");
    this.#call(this.#spaces.params[type]!, this.#spaces.results[type]!);
  }

  #callByType(table: boolean): void {
    const start = this.at;
    const type = this.u32();
    const taken = this.#spaces.params[type];
    if (taken === undefined) throw invalid(start, `unknown type ${type}`);
    if (table) this.leb();
    this.#counts[INDIRECT_CALLS]!++;
    this.#call(taken, this.#spaces.results[type]!);
  }

  #call(taken: number, left: number): void {
    const counts = this.#counts;
    const slots = this.#locals + this.#height;
    counts[CALLS]!++;
    counts[CALL_SLOTS]! += slots;
    counts[CALL_VALUES]! += 1 + taken + left;
    // An exception goes to the block that catches it, with the state as it is here.
    if (this.#tries > 0) {
      counts[CAUGHT_CALLS]!++;
      counts[BRANCH_SLOTS]! += slots;
    }
    this.#pop(taken);
    this.#height += left;
  }

  #prefixed(table: OpcodeTable, prefix: string): void {
    const start = this.at - 1;
    const code = this.u32();
    switch (table.kinds[code]) {
      case PLAIN:
        break;
      case LEB:
        this.leb();
        break;
      case TWO_LEBS:
        this.leb();
        if (table !== AGGREGATES || code !== NEW_FIXED) this.leb();
        break;
      case ACCESS:
        this.#counts[ACCESSES]!++;
        this.#memoryArgument();
        break;
      case ACCESS_LANE:
        this.#counts[ACCESSES]!++;
        this.#memoryArgument();
        this.skip(1);
        break;
      case LANE:
        this.skip(1);
        break;
      case BYTES16:
        this.skip(16);
        break;
      case HEAP_TYPE:
        this.heapType();
        break;
      case CAST_BRANCH:
        this.skip(1);
        this.#branch();
        this.heapType();
        this.heapType();
        break;
      case REFUSED:
        throw this.#refused(table, code, start, prefix);
      default:
        throw unknownCode(instruction(code, prefix), start);
    }
    if (table === AGGREGATES) this.#aggregate(code, start);
    this.#counts[STRAIN]! += table.strains[code]!;
    this.#pop(table.pops[code]!);
    this.#height += table.pushes[code]!;
  }

  /**
   * `struct.new`, `struct.new_default` and `array.new_fixed` store each field with an instruction
   * of its own.
   */
  #aggregate(code: number, start: number): void {
    this.#counts[count.AGGREGATES]!++;
    let fields = 0;
    if (code === NEW_FIXED) {
      fields = this.u32();
      this.#pop(fields);
    } else if (code === NEW_STRUCT || code === NEW_DEFAULT_STRUCT) {
      const end = this.at;
      this.at = start + 1;
      this.leb();
      const type = this.u32();
      this.at = end;
      const known = this.#spaces.params[type];
      if (known === undefined) throw invalid(start, `unknown type ${type}`);
      fields = known;
      if (code === NEW_STRUCT) this.#pop(fields);
    }
    this.#counts[AGGREGATE_VALUES]! += 1 + fields;
  }

  #refused(table: OpcodeTable, code: number, at: number, prefix?: string): Error {
    return refusedFeature(table.featureOf(code)!, instruction(code, prefix), at);
  }

  #memoryArgument(): void {
    if (this.u32() & 0x40) this.leb();
    this.leb();
  }

  #grow(): void {
    const more = <Row extends Int32Array | Uint8Array>(row: Row, made: Row): Row => {
      made.set(row);
      return made;
    };
    const length = this.#base.length * 2;
    this.#base = more(this.#base, new Int32Array(length));
    this.#carried = more(this.#carried, new Int32Array(length));
    this.#taken = more(this.#taken, new Int32Array(length));
    this.#left = more(this.#left, new Int32Array(length));
    this.#form = more(this.#form, new Uint8Array(length));
  }
}

const NEW_STRUCT = 0;
const NEW_DEFAULT_STRUCT = 1;
const NEW_FIXED = 8;

function instruction(code: number, prefix?: string): string {
  return `the instruction 0x${prefix === undefined ? code.toString(16) : `${prefix} ${code}`}`;
}
