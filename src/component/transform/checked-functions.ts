/// Which functions ask, on entry and behind calls, whether they are to go on.
///
/// Invariant: who goes round a circle of calls meets a check, and between two checks there are
/// - not many more instructions than BETWEEN, and those of one body, on the way forward;
/// - on the way out of calls within calls, SHORT in each that ends, of which a stack holds some
///   thousands.
/// Instructions count once for each time that they are written (loop-checks.ts sees to the loops).
import type { FunctionShape } from "./function-shape.ts";

/// A call that is over within so many instructions needs no check: those who call it have theirs.
const SHORT = 16_384;

/// The same for functions that are called otherwise than by index: nobody knows there which one it is.
const TINY = 128;

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
  /// calls. A circle by index is cut somewhere; one by indirection, or through imports, comes back
  /// through one of `reached`, the functions that are called otherwise than by index: it is cut there,
  /// but for those that can't come to such a call themselves. Where nobody knows which ones they are
  /// (undefined), whoever calls by indirection or calls an import is checked instead.
  ///
  /// Functions that never return, which report that something is wrong, tie nearly all of a module into
  /// circles. They are checked, and nobody pays for it.
  constructor(
    shapes: readonly FunctionShape[],
    imported: number,
    reached: ReadonlySet<number> | undefined,
  ) {
    this.#imported = imported;
    this.#entries = new Uint8Array(shapes.length);
    this.#long = new Uint8Array(shapes.length);
    for (const { lastCalls } of shapes) {
      for (const func of lastCalls) if (func >= imported) this.#entries[func - imported] = 1;
    }
    const costs = this.#chooseEntries(shapes, reached);
    for (const [index, { calls, instructions }] of shapes.entries()) {
      let cost = instructions;
      for (const func of calls) cost += func < imported ? TINY : (costs[func - imported] ?? 1);
      if (cost > SHORT) this.#long[index] = 1;
      if (cost > instructions + BETWEEN) this.#relieve(calls, cost - instructions - BETWEEN, costs);
    }
  }

  /// Checks the entries of the longest of these until the calls cost less by so much.
  #relieve(calls: readonly number[], less: number, costs: Float64Array): void {
    const callees = calls.flatMap((func) => (func < this.#imported ? [] : [func - this.#imported]));
    let left = less;
    for (const callee of callees.sort((one, other) => costs[other]! - costs[one]!)) {
      if (left <= 0) return;
      this.#entries[callee] = 1;
      left -= costs[callee]!;
    }
  }

  isEntryChecked(index: number): boolean {
    return this.#entries[index] === 1;
  }

  /// Whether there is a check behind a call of `func` in the code of `index`: where that one meets
  /// checks, much may have been done meanwhile by others, on whose way out no check would stand.
  isReturnChecked(index: number, func: number): boolean {
    if (this.#long[index] === 0) return false;
    return func < this.#imported || this.isEntryChecked(func - this.#imported);
  }

  /// Answers what each function costs those who call it, in instructions.
  #chooseEntries(
    shapes: readonly FunctionShape[],
    reached: ReadonlySet<number> | undefined,
  ): Float64Array {
    const imported = this.#imported;
    const elsewhere = reached === undefined ? Infinity : TINY;
    const costs = new Float64Array(shapes.length).fill(UNKNOWN);
    const stack: Visit[] = [];
    /// Whether a call may lead elsewhere before it meets a check.
    const leads = new Uint8Array(shapes.length);
    const enter = (index: number): void => {
      costs[index] = ON_THE_WAY;
      stack.push({ index, next: 0, cost: shapes[index]!.instructions, leads: false });
    };
    const leave = ({ index, cost, leads: elsewhere }: Visit): void => {
      const called = reached?.has(index + imported) && (elsewhere || cost > TINY);
      if (called || cost > SHORT) this.#entries[index] = 1;
      const checked = this.isEntryChecked(index);
      // Who calls it meets its check.
      costs[index] = checked ? 1 : cost;
      leads[index] = !checked && elsewhere ? 1 : 0;
    };
    for (let root = 0; root < shapes.length; root++) {
      if (costs[root] === UNKNOWN) enter(root);
      while (stack.length > 0) {
        const top = stack.at(-1)!;
        const { calls, lastCalls } = shapes[top.index]!;
        if (top.next === calls.length) {
          if (lastCalls.some((func) => func < imported)) {
            top.leads = true;
            top.cost += elsewhere;
          }
          leave(top);
          stack.pop();
          continue;
        }
        const callee = calls[top.next]! - imported;
        const known = callee < 0 ? elsewhere : (costs[callee] ?? Infinity);
        if (known === UNKNOWN) {
          enter(callee);
          continue;
        }
        // One that is on the way waits for this one: the circle is cut here.
        top.cost += known === ON_THE_WAY ? Infinity : known;
        if (callee < 0 || leads[callee] === 1) top.leads = true;
        top.next++;
      }
    }
    return costs;
  }
}

/// A function whose calls are being looked at.
interface Visit {
  readonly index: number;
  /// Calls that were looked at.
  next: number;
  cost: number;
  leads: boolean;
}
