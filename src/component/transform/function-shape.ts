// What is known of the functions of a module before their code is written: what they weigh, whom they
// call, and where each of their loops is to ask.
import type {
  AfterCall,
  BlockKind,
  BranchForm,
  GrowPlace,
  InstructionVisitor,
  StridePlace,
} from "./instruction-visitor.ts";
import { GrowingNumbers } from "./growing.ts";
import { compileWeight, OFTEN, type Scale, SOON_COMPILED, TINY } from "./weights.ts";

/** Calls that are made by indirection. */
export const INDIRECT = -1;

/** All functions that a module defines, in order. */
export interface FunctionShapes {
  /**
   * What each weighs in what the rewrite makes of it, a loop's copies and its first call included, but
   * what it calls apart.
   */
  readonly weights: Float64Array;
  /** What compiling each of them at its first call weighs. */
  readonly firsts: Float64Array;
  readonly calls: CallsOf;
  /**
   * Functions that it calls by index with `unreachable` behind the call. Toolchains write this after
   * calls of functions that never return.
   */
  readonly lastCalls: CallsOf;
  /**
   * Of every loop, in order of their starts: in how many copies its body is written, one behind the
   * other, of which only the last one asks, on the ways back to its start; or 0: once, and it asks at
   * its start. A loop that is left at once takes no way back.
   */
  readonly loops: GrowingNumbers;
  /** Which memories and tables grow, each once. */
  readonly grows: readonly GrowPlace[];
  /** Which memories and tables are filled and copied at any length (strides.ts), each way once. */
  readonly strides: readonly StridePlace[];
}

/** Functions that are called by index, once for each call, or INDIRECT. */
export class CallsOf {
  readonly #all: GrowingNumbers = new GrowingNumbers();
  /** For each function, where its calls end in `callees`. */
  readonly #ends: GrowingNumbers = new GrowingNumbers();

  add(func: number): void {
    this.#all.push(func);
  }

  /** Calls of all functions so far. */
  get count(): number {
    return this.#all.length;
  }

  repeat(from: number): void {
    this.#all.repeat(from, this.#all.length);
  }

  /** All calls of the function have been added. */
  end(): void {
    this.#ends.push(this.#all.length);
  }

  from(index: number): number {
    return index === 0 ? 0 : this.#ends.at(index - 1);
  }

  to(index: number): number {
    return this.#ends.at(index);
  }

  at(place: number): number {
    return this.#all.at(place);
  }
}

/** What the module has, by index. */
export interface ModuleSpaces {
  readonly memories: number;
  readonly tables: number;
  readonly globals: number;
  /** Whether a memory has addresses of 64 bits. */
  readonly isWide: (memory: number) => boolean;
  /** Whether the block type that stands there has parameters. */
  readonly hasParameters: (at: number) => boolean;
  /** How many fields the structure type has. */
  readonly fields: (type: number) => number;
}

export type Refuse = (space: "memory" | "table" | "global", index: number, at: number) => never;

/** Copies of a loop's body, if not one, and bytes and work that they may have together. */
const COPIES = 4;
const FEWEST_COPIES = 3;
const COPIED = 400;
const COPIED_WORK = 2 * TINY;

/** Ways back to a loop's start that may each have a check of their own. */
const WAYS = 2;

/** A loop that has not ended yet. */
interface OpenLoop {
  /** Its place among all. */
  readonly place: number;
  readonly body: number;
  /** Before it. */
  readonly weight: number;
  readonly calls: number;
  /** Branches back to its start. */
  ways: number;
  /** Whether all of these are `br` and `br_if` without operands. */
  plain: boolean;
  innermost: boolean;
}

/**
 * Collects the shapes while the functions are walked over. An instruction that names an index which
 * the rewrite will add is refused.
 */
export class ShapeVisitor implements InstructionVisitor, FunctionShapes {
  readonly #spaces: ModuleSpaces;
  readonly #refuse: Refuse;
  readonly #scale: Scale;
  readonly weights: Float64Array;
  readonly firsts: Float64Array;
  readonly calls: CallsOf = new CallsOf();
  readonly lastCalls: CallsOf = new CallsOf();
  readonly loops: GrowingNumbers = new GrowingNumbers();
  readonly grows: GrowPlace[] = [];
  readonly strides: StridePlace[] = [];
  readonly #growing: Readonly<Record<GrowPlace["space"], Set<number>>> = {
    memory: new Set(),
    table: new Set(),
  };
  /** The blocks around; undefined: other ones than loops. */
  readonly #around: (OpenLoop | undefined)[] = [];
  /** The loops around the current instruction. */
  readonly #open: OpenLoop[] = [];
  #blocks = 0;

  constructor(functions: number, spaces: ModuleSpaces, refuse: Refuse, scale: Scale) {
    this.#spaces = spaces;
    this.#refuse = refuse;
    this.#scale = scale;
    this.weights = new Float64Array(functions);
    this.firsts = new Float64Array(functions);
  }

  /** A function was walked over, whose body has so many bytes. */
  end(index: number, bytes: number, locals: number): void {
    const { weight } = this.#scale;
    this.firsts[index] = compileWeight(bytes, weight, locals, this.#blocks);
    this.weights[index] = weight;
    this.calls.end();
    this.lastCalls.end();
    this.#scale.weight = 0;
    this.#blocks = 0;
    this.#around.length = 0;
    this.#open.length = 0;
  }

  /** All functions were walked over. */
  finish(counted: boolean): FunctionShapes {
    const { firsts, weights } = this;
    let all = 0;
    for (const first of firsts) all += first;
    const times = counted && all > SOON_COMPILED ? OFTEN : 1;
    for (let index = 0; index < firsts.length; index++) {
      firsts[index]! *= times;
      weights[index]! += firsts[index]!;
    }
    return this;
  }

  open(kind: BlockKind, type: number, body: number): void {
    this.#blocks++;
    if (kind !== "loop") return void this.#around.push(undefined);
    const outer = this.#open.at(-1);
    if (outer !== undefined) outer.innermost = false;
    const loop: OpenLoop = {
      place: this.loops.length,
      body,
      weight: this.#scale.weight,
      calls: this.calls.count,
      ways: 0,
      plain: !this.#spaces.hasParameters(type),
      innermost: true,
    };
    this.loops.push(0);
    this.#open.push(loop);
    this.#around.push(loop);
  }

  close(start: number, end: number): undefined {
    const loop = this.#around.pop();
    // A label in `delegate` stays as it is.
    if (end - start > 1 && this.#open.length > 0) this.#open.at(-1)!.plain = false;
    if (loop === undefined) return;
    this.#open.pop();
    if (!loop.plain) return;
    const weight = this.#scale.weight - loop.weight;
    const copies = loop.innermost ? copiesOf(start - loop.body, weight) : 1;
    if (copies > 1 || loop.ways <= WAYS) this.loops.set(loop.place, copies);
    const calls = this.calls.count - loop.calls;
    for (let more = copies; more > 1; more--) {
      this.#scale.weight += weight;
      this.calls.repeat(this.calls.count - calls);
    }
  }

  branch(label: number, form: BranchForm): void {
    const target = form === "never" ? undefined : this.#around[this.#around.length - 1 - label];
    if (target === undefined) return;
    target.ways++;
    if (form !== "always" && form !== "if") target.plain = false;
  }

  call(func: number, next: AfterCall): void {
    (next === "trap" ? this.lastCalls : this.calls).add(func);
  }

  indirectCall(): void {
    this.calls.add(INDIRECT);
  }

  grow(space: GrowPlace["space"], index: number): void {
    if (this.#growing[space].has(index)) return;
    this.#growing[space].add(index);
    this.grows.push({ space, index });
  }

  stride(place: StridePlace): void {
    const { space, work, to, from } = place;
    const isKnown = this.strides.some(
      (one) => one.space === space && one.work === work && one.to === to && one.from === from,
    );
    if (!isKnown) this.strides.push(place);
  }

  fields(type: number): number {
    return this.#spaces.fields(type);
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

function copiesOf(bytes: number, weight: number): number {
  const fitting = Math.floor(Math.min(COPIED / bytes, COPIED_WORK / weight));
  return fitting < FEWEST_COPIES ? 1 : Math.min(COPIES, fitting);
}
