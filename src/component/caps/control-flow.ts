import { invalid } from "../faults.ts";
import { BlockStack, LOOP, PLAIN_BLOCK, TRY } from "./block-stack.ts";
import type { Caps } from "./cap-row.ts";
import type { CodeSums } from "./code-sums.ts";
import type { WasmFeature } from "./features.ts";
import * as count from "./function-counts.ts";
import { FunctionMeter } from "./function-meter.ts";
import { ModuleCursor } from "./module-cursor.ts";
import type { ModuleSpaces } from "./section-cursor.ts";

// Constants of this file, because some loaders look up those of another file at each use.
const {
  BLOCKS,
  BLOCK_SLOTS,
  BRANCHES,
  BRANCH_SLOTS,
  CALLS,
  CALL_SLOTS,
  CALL_VALUES,
  CAUGHT_CALLS,
  DEPTH,
  INDIRECT_CALLS,
  LOOPS,
  LOOP_DEPTH,
  LOOP_DEPTHS,
  LOOP_SLOTS,
  TABLE_TARGETS,
  TARGETS,
} = count;

/** Follows blocks, branches and calls through a function's code: what each costs and leaves. */
export class ControlFlow extends ModuleCursor {
  protected readonly spaces: ModuleSpaces;
  protected readonly meter: FunctionMeter;
  /** The counts of the meter. */
  protected readonly counts: Float64Array;
  protected readonly blocks: BlockStack = new BlockStack();
  /** Locals of the current function, including its parameters. */
  protected locals = 0;
  /** How many operands are on the stack. */
  protected height = 0;

  constructor(
    bytes: Uint8Array,
    spaces: ModuleSpaces,
    caps: Caps,
    allowed: ReadonlySet<WasmFeature>,
    sums: CodeSums,
  ) {
    super(bytes, allowed);
    this.spaces = spaces;
    this.meter = new FunctionMeter(caps, sums);
    this.counts = this.meter.counts;
  }

  /** The code behind this can't be reached, so its operands may be anything. */
  protected leave(): void {
    this.height = this.blocks.base;
  }

  /** Takes operands off the stack, at most those of the innermost block. */
  protected pop(operands: number): void {
    this.height = Math.max(this.height - operands, this.blocks.base);
  }

  /** A handler begins, with the values of the exception. */
  protected catch(params: number): void {
    this.height = this.blocks.base + params;
    this.#branches(this.locals + this.height);
  }

  /** Another way leads to a place, with so many locals and operands. */
  #branches(slots: number): void {
    this.counts[BRANCHES]!++;
    this.counts[BRANCH_SLOTS]! += slots;
  }

  protected open(opcode: number): void {
    const counts = this.counts;
    const { params, results } = this.spaces;
    const type = this.#blockType();
    const taken = type < 0 ? 0 : params[type]!;
    const left = type < 0 ? -1 - type : results[type]!;
    if (opcode === 0x1f) this.#catches();
    // V8 takes far longer to optimise blocks that catch.
    counts[BLOCKS]! += kindOf(opcode) === TRY ? 3 : 1;
    counts[BLOCK_SLOTS]! += this.locals + this.height + left;
    this.pop(taken);
    this.meter.raise(DEPTH, this.blocks.depth + 1);
    this.blocks.open(kindOf(opcode), this.height, taken, left);
    this.height += taken;
    if (opcode !== 0x03) return;
    const { loops } = this.blocks;
    counts[LOOPS]!++;
    counts[LOOP_SLOTS]! += this.locals + this.height;
    counts[LOOP_DEPTHS]! += loops;
    this.meter.raise(LOOP_DEPTH, loops);
  }

  protected close(): void {
    this.height = this.blocks.close();
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
    if (this.spaces.params[type] === undefined) throw invalid(start, `unknown type ${type}`);
    return type;
  }

  /** The catch clauses of try_table. Their labels are those outside of the block. */
  #catches(): void {
    for (let left = this.count(); left > 0; left--) {
      if (this.byte() < 2) this.tag();
      this.branch();
    }
  }

  /** Reads a tag's index, and returns the tag's type. */
  protected tag(): number {
    const start = this.at;
    const type = this.spaces.tags[this.u32()];
    if (type === undefined) throw invalid(start, "unknown tag");
    return type;
  }

  protected branch(): void {
    const start = this.at;
    const block = this.blocks.depth - this.u32();
    if (block < 0) throw invalid(start, "unknown label");
    this.#branches(this.locals + this.blocks.target(block));
  }

  protected table(): void {
    const targets = this.count() + 1;
    this.counts[TARGETS]! += targets;
    this.meter.raise(TABLE_TARGETS, targets);
    for (let left = targets; left > 0; left--) this.branch();
    this.leave();
  }

  protected callByIndex(): void {
    const start = this.at;
    const type = this.spaces.functions[this.u32()];
    if (type === undefined) throw invalid(start, "unknown function");
    this.call(this.spaces.params[type]!, this.spaces.results[type]!);
  }

  protected callByType(table: boolean): void {
    const start = this.at;
    const type = this.u32();
    const taken = this.spaces.params[type];
    if (taken === undefined) throw invalid(start, `unknown type ${type}`);
    if (table) this.leb();
    this.counts[INDIRECT_CALLS]!++;
    this.call(taken, this.spaces.results[type]!);
  }

  protected call(taken: number, left: number): void {
    const counts = this.counts;
    const slots = this.locals + this.height;
    counts[CALLS]!++;
    counts[CALL_SLOTS]! += slots;
    counts[CALL_VALUES]! += 1 + taken + left;
    // An exception goes to the block that catches it, with the state as it is here.
    if (this.blocks.tries > 0) {
      counts[CAUGHT_CALLS]!++;
      this.#branches(slots);
    }
    this.pop(taken);
    this.height += left;
  }
}

function kindOf(opcode: number): number {
  if (opcode === 0x03) return LOOP;
  return opcode === 0x06 || opcode === 0x1f ? TRY : PLAIN_BLOCK;
}
