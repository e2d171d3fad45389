/// Which functions ask, on entry and behind calls, whether they are to go on.
///
/// Invariant: who goes round a circle of calls meets a check, and between two checks there are
/// - not many more instructions than BETWEEN, and those of one body, on the way forward;
/// - on the way out of calls within calls, SHORT in each that ends, of which a stack holds some
///   thousands.
/// Instructions count once for each time that they are written (loop-checks.ts sees to the loops).
import type { FunctionShape } from "./function-shape.ts";

/// A call that is over within so many instructions needs no check: those who call it have theirs.
const SHORT = 4_096;

/// About a millisecond's worth.
const BETWEEN = 1_000_000;

const UNKNOWN = -1;
const ON_THE_WAY = -2;

export class CheckedFunctions {
  readonly #imported: number;
  /// By index among the functions that the module defines, whether the entry is checked.
  readonly #entries: Uint8Array;
  /// Whether it takes long, checks on the way apart.
  readonly #long: Uint8Array;

  /// An entry is not checked where a call is short, checks on the way apart, and closes no circle of
  /// calls by index. A circle by indirection, or through imports, comes back through one of `reached`,
  /// the functions that are called otherwise than by index: these are checked. Where nobody knows which
  /// ones they are (undefined), whoever calls by indirection or calls an import is checked instead.
  constructor(
    shapes: readonly FunctionShape[],
    imported: number,
    reached: ReadonlySet<number> | undefined,
  ) {
    this.#imported = imported;
    this.#entries = new Uint8Array(shapes.length);
    this.#long = new Uint8Array(shapes.length);
    const costs = this.#chooseEntries(shapes, reached);
    for (const [index, { calls, instructions }] of shapes.entries()) {
      const callees = calls.flatMap((func) => (func < imported ? [] : [func - imported]));
      let cost = instructions;
      for (const callee of callees) cost += costs[callee] ?? 1;
      if (cost > SHORT) this.#long[index] = 1;
      if (cost <= BETWEEN) continue;
      for (const callee of callees) {
        if (costs[callee]! > BETWEEN / callees.length) this.#entries[callee] = 1;
      }
    }
  }

  isEntryChecked(index: number): boolean {
    return this.#entries[index] === 1;
  }

  /// Whether there is a check behind a call of `func`, or of one that is found out only then, in the
  /// code of `index`: where that one meets checks, much may have been done meanwhile by others, on
  /// whose way out no check would stand.
  isReturnChecked(index: number, func: number | undefined): boolean {
    if (this.#long[index] === 0) return false;
    return (
      func === undefined || func < this.#imported || this.isEntryChecked(func - this.#imported)
    );
  }

  /// Answers what each function costs those who call it, in instructions.
  #chooseEntries(
    shapes: readonly FunctionShape[],
    reached: ReadonlySet<number> | undefined,
  ): Float64Array {
    const imported = this.#imported;
    const elsewhere = reached === undefined ? Infinity : 0;
    const costs = new Float64Array(shapes.length).fill(UNKNOWN);
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
          const checked = open || top.cost > SHORT;
          if (checked) this.#entries[top.index] = 1;
          // Who calls it meets its check.
          costs[top.index] = checked ? 1 : top.cost;
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
    return costs;
  }
}
