/// What is known of one function of a module: whom it calls, its loops and the ways back to their
/// starts.
import type { AfterCall, BranchForm, InstructionVisitor } from "./instructions.ts";

/// What instructions and calls there are is counted in what the rewrite makes of it, its checks
/// apart: those in a loop's copies again.
export interface FunctionShape {
  /// Where its first instruction stands, behind the locals.
  readonly start: number;
  /// Behind its last one, which is `end`.
  readonly end: number;
  readonly instructions: number;
  /// In the order of their starts.
  readonly loops: readonly LoopShape[];
  /// Those that go back to a loop's start, and those out of an innermost loop. In order.
  readonly branches: readonly BranchShape[];
  /// Instructions that may take as long as a loop, in order.
  readonly bulks: readonly BulkPlace[];
  /// In order.
  readonly grows: readonly GrowPlace[];
  /// Functions that it calls by index, as often as it does; INDIRECT for what is found out only then.
  readonly calls: readonly number[];
  /// Functions that it calls by index only to trap when they return, as toolchains do with those that
  /// never return.
  readonly lastCalls: readonly number[];
  /// In order.
  readonly returns: readonly ReturnPlace[];
}

/// Where a loop asks: at its start, or only on the ways back to it, which one that is left at once
/// never takes.
export type LoopCheck = "start" | "back";

export interface LoopShape {
  /// Where its type stands, one byte behind the loop.
  readonly type: number;
  /// Where its first instruction stands.
  readonly body: number;
  /// Where its `end` stands.
  end: number;
  check: LoopCheck;
  /// How often its body is written, one behind the other; only the last one asks. More than one only
  /// where it asks on the ways back.
  copies: number;
}

export interface BranchShape {
  readonly form: BranchForm;
  readonly label: number;
  /// Where the label stands.
  readonly at: number;
  readonly end: number;
  /// The loop to whose start it goes.
  readonly target: LoopShape | undefined;
  /// The innermost loop that it stands in, where it leads out of it.
  readonly leaves: LoopShape | undefined;
}

export const INDIRECT = -1;

/// Where a function goes on when a call is over.
export interface ReturnPlace {
  readonly at: number;
  /// The function that was called, or INDIRECT.
  readonly func: number;
}

export interface BulkPlace {
  readonly at: number;
  /// Whether its length, of 32 bits, is on top of the stack.
  readonly measured: boolean;
  /// The local that has just been put there.
  readonly local: number | undefined;
}

/// A `memory.grow` or `table.grow`.
export interface GrowPlace {
  readonly at: number;
  readonly end: number;
  readonly space: "memory" | "table";
  readonly index: number;
}

/// What the module has, by index.
export interface ModuleSpaces {
  readonly memories: number;
  readonly tables: number;
  readonly globals: number;
  /// Whether a memory has addresses of 64 bits.
  readonly isWide: (memory: number) => boolean;
  /// Whether the block type that stands there has parameters.
  readonly hasParameters: (at: number) => boolean;
}

export type Refuse = (space: "memory" | "table" | "global", index: number, at: number) => never;

/// Copies of a loop's body, and bytes that they may have together.
const COPIES = 4;
const COPIED = 400;

/// Ways back to a loop's start that may each have a check of their own.
const WAYS = 2;

/// A loop that has not ended yet.
interface OpenLoop extends LoopShape {
  /// How many blocks are around it.
  readonly depth: number;
  /// Instructions and calls before it.
  readonly instructions: number;
  readonly calls: number;
  /// Branches back to its start.
  ways: number;
  /// Whether all of these are `br` and `br_if` that carry no operands.
  plain: boolean;
  innermost: boolean;
}

/// Collects a function's shape from a walk over its instructions. What the rewrite adds stands behind
/// what the module has: an instruction that names it is refused.
export class ShapeVisitor implements InstructionVisitor {
  readonly #spaces: ModuleSpaces;
  readonly #refuse: Refuse;
  #loops: LoopShape[] = [];
  #branches: BranchShape[] = [];
  #bulks: BulkPlace[] = [];
  #grows: GrowPlace[] = [];
  #calls: number[] = [];
  #lastCalls: number[] = [];
  #returns: ReturnPlace[] = [];
  #copied = 0;
  /// The blocks around; undefined: other ones than loops.
  #around: (OpenLoop | undefined)[] = [];
  /// The loops around.
  #open: OpenLoop[] = [];

  constructor(spaces: ModuleSpaces, refuse: Refuse) {
    this.#spaces = spaces;
    this.#refuse = refuse;
  }

  take(start: number, end: number, instructions: number): FunctionShape {
    const shape = {
      start,
      end,
      instructions: instructions + this.#copied,
      loops: this.#loops,
      branches: this.#branches,
      bulks: this.#bulks,
      grows: this.#grows,
      calls: this.#calls,
      lastCalls: this.#lastCalls,
      returns: this.#returns,
    };
    this.#loops = [];
    this.#branches = [];
    this.#bulks = [];
    this.#grows = [];
    this.#calls = [];
    this.#lastCalls = [];
    this.#returns = [];
    this.#copied = 0;
    this.#around = [];
    this.#open = [];
    return shape;
  }

  open(loop: boolean, type: number, body: number, count: number): void {
    if (!loop) return void this.#around.push(undefined);
    const outer = this.#open.at(-1);
    if (outer !== undefined) outer.innermost = false;
    const shape: OpenLoop = {
      type,
      body,
      end: body,
      check: "start",
      copies: 1,
      depth: this.#around.length,
      instructions: count,
      calls: this.#calls.length,
      ways: 0,
      plain: !this.#spaces.hasParameters(type),
      innermost: true,
    };
    this.#loops.push(shape);
    this.#open.push(shape);
    this.#around.push(shape);
  }

  close(at: number, count: number): void {
    const loop = this.#around.pop();
    if (loop === undefined) return;
    this.#open.pop();
    loop.end = at;
    if (!loop.plain) return;
    if (loop.innermost) loop.copies = copiesOf(at - loop.body);
    if (loop.copies > 1 || loop.ways <= WAYS) loop.check = "back";
    const calls = this.#calls.slice(loop.calls);
    for (let more = loop.copies; more > 1; more--) {
      this.#copied += count - loop.instructions;
      this.#calls.push(...calls);
    }
  }

  branch(label: number, form: BranchForm, at: number, end: number): void {
    const depth = this.#around.length - 1 - label;
    const target = form === "never" ? undefined : this.#around[depth];
    const inner = this.#open.at(-1);
    const leaves = inner !== undefined && depth < inner.depth ? inner : undefined;
    if (target !== undefined) {
      target.ways++;
      if (form === "other") target.plain = false;
    }
    if (target !== undefined || leaves !== undefined) {
      this.#branches.push({ form, label, at, end, target, leaves });
    }
  }

  bulk(at: number, memories: readonly number[] | undefined, local: number | undefined): void {
    const measured =
      memories !== undefined && !memories.some((index) => this.#spaces.isWide(index));
    this.#bulks.push({ at, measured, local });
  }

  grow(space: "memory" | "table", index: number, at: number, end: number): void {
    this.#grows.push({ at, end, space, index });
  }

  call(func: number, next: AfterCall, end: number): void {
    if (next === "trap") this.#lastCalls.push(func);
    else this.#calls.push(func);
    if (next === "next") this.#returns.push({ at: end, func });
  }

  indirectCall(next: AfterCall, end: number): void {
    this.#calls.push(INDIRECT);
    if (next === "next") this.#returns.push({ at: end, func: INDIRECT });
  }

  memory(index: number, at: number): void {
    if (index >= this.#spaces.memories) this.#refuse("memory", index, at);
  }

  table(index: number, at: number): void {
    if (index >= this.#spaces.tables) this.#refuse("table", index, at);
  }

  global(index: number, at: number): void {
    if (index >= this.#spaces.globals) this.#refuse("global", index, at);
  }
}

function copiesOf(bytes: number): number {
  return Math.max(1, Math.min(COPIES, Math.floor(COPIED / bytes)));
}
