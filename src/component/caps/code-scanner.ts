import { invalid, malformed } from "../faults.ts";
import type { CapName, Caps } from "./cap-row.ts";
import type { CodeSums } from "./code-sums.ts";
import { ControlFlow } from "./control-flow.ts";
import { refusedFeature, unknownCode } from "./faults.ts";
import type { WasmFeature } from "./features.ts";
import * as count from "./function-counts.ts";
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
import type { ModuleSpaces } from "./section-cursor.ts";

// Constants of this file, because some loaders look up those of another file at each use.
const { ACCESSES, AGGREGATE_VALUES, BULK, HEIGHT, STRAIN, TABLE_ACCESSES } = count;

/**
 * Measures functions' bodies, in one pass over their bytes and without making anything of them. It
 * does not validate. Of code that WebAssembly would accept, it refuses only code over a cap, with a
 * feature that is not allowed, or with an instruction that it does not know. Code that WebAssembly
 * would refuse may pass. The height of the operand stack is exact where code can be reached, and an
 * upper bound elsewhere.
 */
export class CodeScanner extends ControlFlow {
  readonly #single: OpcodeTable;
  readonly #bulks: OpcodeTable;
  readonly #vectors: OpcodeTable;
  /** Whether the current function has more than straight code. */
  #winds = false;

  /** `bytes`: of the whole component. The counts of each function are added to `sums`. */
  constructor(
    bytes: Uint8Array,
    spaces: ModuleSpaces,
    caps: Caps,
    allowed: ReadonlySet<WasmFeature>,
    sums: CodeSums,
  ) {
    super(bytes, spaces, caps, allowed, sums);
    this.#single = SINGLE.allowing(allowed);
    this.#bulks = BULKS.allowing(allowed);
    this.#vectors = VECTORS.allowing(allowed);
  }

  /** The largest value of each cap in any function so far. */
  get largest(): Readonly<Partial<Record<CapName, number>>> {
    return this.meter.largest;
  }

  /**
   * Measures one function. `locals` includes its parameters. The body starts at `start`, its
   * instructions at `at`.
   */
  scan(func: number, type: number, locals: number, start: number, at: number, end: number): void {
    // Assigned one by one, because there may be millions of very small functions.
    this.at = at;
    this.end = end;
    this.locals = locals;
    this.height = 0;
    this.#winds = false;
    this.meter.begin(func, start, end - start, locals);
    this.blocks.begin(this.spaces.results[type]!);
    this.#walk();
    this.meter.finish(this.#winds);
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
          this.height = height;
          if (kinds[opcode] === REFUSED) throw this.#refused(this.#single, opcode, at - 1);
          this.#control(opcode);
          at = this.at;
          height = this.height;
          if (this.blocks.depth < 0) {
            if (at !== end) throw malformed(at, "operators remaining after end of function");
            this.counts[HEIGHT] = highest;
            this.counts[ACCESSES]! += accesses;
            this.counts[STRAIN]! += strain;
            return;
          }
          base = this.blocks.base;
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
        return this.leave();
      case 0x02: // block
      case 0x03: // loop
      case 0x04: // if
      case 0x06: // try
      case 0x1f: // try_table
        return this.open(opcode);
      case 0x05: // else
        this.height = this.blocks.base + this.blocks.taken;
        return;
      case 0x07: // catch
        return this.catch(this.spaces.params[this.tag()]!);
      case 0x08: // throw
        this.call(this.spaces.params[this.tag()]!, 0);
        return this.leave();
      case 0x09: // rethrow
        this.leb();
        this.call(0, 0);
        return this.leave();
      case 0x0b: // end
        return this.close();
      case 0x0c: // br
        this.branch();
        return this.leave();
      case 0x0d: // br_if
      case 0xd5: // br_on_null
      case 0xd6: // br_on_non_null
        return this.branch();
      case 0x0e: // br_table
        return this.table();
      case 0x10: // call
        return this.callByIndex();
      case 0x11: // call_indirect
        return this.callByType(true);
      case 0x12: // return_call
        this.callByIndex();
        return this.leave();
      case 0x13: // return_call_indirect
        this.callByType(true);
        return this.leave();
      case 0x14: // call_ref
        return this.callByType(false);
      case 0x15: // return_call_ref
        this.callByType(false);
        return this.leave();
      case 0x18: // delegate
        this.leb();
        return this.close();
      case 0x19: // catch_all
        return this.catch(0);
      case 0x1c: // select with types
        for (let left = this.count(); left > 0; left--) this.valueType();
        return;
      case 0x25: // table.get
      case 0x26: // table.set
      case 0x40: // memory.grow
        this.counts[TABLE_ACCESSES]!++;
        return this.leb();
      case 0xd0: // ref.null
        return this.heapType();
      case 0xfb:
        return this.#prefixed(AGGREGATES, "fb");
      case 0xfc:
        this.counts[BULK]!++;
        return this.#prefixed(this.#bulks, "fc");
      case 0xfd:
        return this.#prefixed(this.#vectors, "fd");
      case 0xfe:
        return this.#prefixed(ATOMICS, "fe");
      default:
        throw unknownCode(instruction(opcode), this.at - 1);
    }
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
        this.counts[ACCESSES]!++;
        this.#memoryArgument();
        break;
      case ACCESS_LANE:
        this.counts[ACCESSES]!++;
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
        this.branch();
        this.heapType();
        this.heapType();
        break;
      case REFUSED:
        throw this.#refused(table, code, start, prefix);
      default:
        throw unknownCode(instruction(code, prefix), start);
    }
    if (table === AGGREGATES) this.#aggregate(code, start);
    this.counts[STRAIN]! += table.strains[code]!;
    this.pop(table.pops[code]!);
    this.height += table.pushes[code]!;
  }

  /**
   * `struct.new`, `struct.new_default` and `array.new_fixed` store each field with an instruction
   * of its own.
   */
  #aggregate(code: number, start: number): void {
    this.counts[count.AGGREGATES]!++;
    let fields = 0;
    if (code === NEW_FIXED) {
      fields = this.u32();
      this.pop(fields);
    } else if (code === NEW_STRUCT || code === NEW_DEFAULT_STRUCT) {
      const end = this.at;
      this.at = start + 1;
      this.leb();
      const type = this.u32();
      this.at = end;
      const known = this.spaces.params[type];
      if (known === undefined) throw invalid(start, `unknown type ${type}`);
      fields = known;
      if (code === NEW_STRUCT) this.pop(fields);
    }
    this.counts[AGGREGATE_VALUES]! += 1 + fields;
  }

  #refused(table: OpcodeTable, code: number, at: number, prefix?: string): Error {
    return refusedFeature(table.featureOf(code)!, instruction(code, prefix), at);
  }

  #memoryArgument(): void {
    if (this.u32() & 0x40) this.leb();
    this.leb();
  }
}

const NEW_STRUCT = 0;
const NEW_DEFAULT_STRUCT = 1;
const NEW_FIXED = 8;

function instruction(code: number, prefix?: string): string {
  return `the instruction 0x${prefix === undefined ? code.toString(16) : `${prefix} ${code}`}`;
}
