/// Which functions ask, on their entry, whether they are to go on.
import type { InstructionVisitor } from "./instructions.ts";

/// A function that is passed over in a few instructions needs no check: those who call it have
/// theirs. In one body such calls can stand no more often than it has instructions, and so the
/// instructions between two checks are bounded: by BETWEEN, where the largest body allows it.
const SHORTEST = 256;
const SHORT = 4_096;
const BETWEEN = 50_000_000;

/// What is known of one function of a module.
export interface FunctionShape {
  /// Where its first instruction stands, behind the locals.
  readonly start: number;
  /// Behind its last one, which is `end`.
  readonly end: number;
  readonly instructions: number;
  /// Where the bodies of its loops start, in order.
  readonly loops: readonly number[];
  /// Instructions that may take as long as a loop, in order.
  readonly bulks: readonly BulkPlace[];
  /// Functions that it calls by index, as often as it does.
  readonly calls: readonly number[];
  /// Whether it calls what is found out only then.
  readonly indirect: boolean;
}

export interface BulkPlace {
  readonly at: number;
  /// Whether its length, of 32 bits, is on top of the stack.
  readonly measured: boolean;
  /// The local that has just been put there.
  readonly local: number | undefined;
}

/// Collects a function's shape from a walk over its instructions.
export class ShapeVisitor implements InstructionVisitor {
  loops: number[] = [];
  bulks: BulkPlace[] = [];
  calls: number[] = [];
  indirect = false;
  readonly #memories: number;
  readonly #tables: number;
  readonly #isWide: (memory: number) => boolean;
  readonly #refuse: (space: "memory" | "table", index: number, at: number) => never;

  constructor(
    spaces: {
      readonly memories: number;
      readonly tables: number;
      readonly isWide: (memory: number) => boolean;
    },
    refuse: (space: "memory" | "table", index: number, at: number) => never,
  ) {
    this.#memories = spaces.memories;
    this.#tables = spaces.tables;
    this.#isWide = spaces.isWide;
    this.#refuse = refuse;
  }

  loop(body: number): void {
    this.loops.push(body);
  }

  bulk(at: number, memories: readonly number[] | undefined, local: number | undefined): void {
    const measured = memories !== undefined && !memories.some((index) => this.#isWide(index));
    this.bulks.push({ at, measured, local });
  }

  call(func: number): void {
    this.calls.push(func);
  }

  indirectCall(): void {
    this.indirect = true;
  }

  /// What the rewrite adds stands behind what the module has: no instruction of its own may reach it.
  memory(index: number, at: number): void {
    if (index >= this.#memories) this.#refuse("memory", index, at);
  }

  table(index: number, at: number): void {
    if (index >= this.#tables) this.#refuse("table", index, at);
  }

  take(start: number, end: number, instructions: number): FunctionShape {
    const { loops, bulks, calls, indirect } = this;
    this.loops = [];
    this.bulks = [];
    this.calls = [];
    this.indirect = false;
    return { start, end, instructions, loops, bulks, calls, indirect };
  }
}

const UNKNOWN = -1;
const ON_THE_WAY = -2;

/// Answers for each function that the module defines whether its entry is checked. It is not where a
/// call of it is over within a few instructions, checks on the way apart, and it closes no circle of
/// calls by index. A circle by indirection, or through imports, comes back through one of `reached`,
/// the functions that are called otherwise than by index: these are checked. Where nobody knows which
/// ones they are (undefined), whoever calls by indirection or calls an import is checked instead.
export function checkedFunctions(
  shapes: readonly FunctionShape[],
  imported: number,
  reached: ReadonlySet<number> | undefined,
): Uint8Array {
  const elsewhere = reached === undefined ? Infinity : 0;
  const largest = shapes.reduce((most, { instructions }) => Math.max(most, instructions), 1);
  const short = Math.max(SHORTEST, Math.min(SHORT, BETWEEN / largest));
  const costs = new Float64Array(shapes.length).fill(UNKNOWN);
  const checked = new Uint8Array(shapes.length);
  const stack: { readonly index: number; next: number; cost: number }[] = [];
  const enter = (index: number): void => {
    costs[index] = ON_THE_WAY;
    stack.push({ index, next: 0, cost: shapes[index]!.instructions });
  };
  for (let root = 0; root < shapes.length; root++) {
    if (costs[root] === UNKNOWN) enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const { calls, indirect } = shapes[top.index]!;
      if (top.next === calls.length) {
        const open = reached === undefined ? indirect : reached.has(top.index + imported);
        const long = open || top.cost > short;
        checked[top.index] = long ? 1 : 0;
        // Who calls it meets its check.
        costs[top.index] = long ? 1 : top.cost;
        stack.pop();
        continue;
      }
      const callee = calls[top.next]! - imported;
      const known = callee < 0 ? elsewhere : (costs[callee] ?? Infinity);
      if (known === UNKNOWN) enter(callee);
      else {
        // One that is on the way waits for this one: the circle is cut here.
        top.cost += known === ON_THE_WAY ? Infinity : known;
        top.next++;
      }
    }
  }
  return checked;
}
