// Which functions ask on entry whether they are to go on, and what calls of the others weigh.
//
// Invariant: who goes round a circle of calls meets a check; a function that isn't checked weighs at most
// LIGHT with all that it calls, or TINY where it may be called otherwise than by index.
// checked-code.ts sees to what lies between.
import type { CallsOf, FunctionShapes } from "./function-shape.ts";
import { ENTERED, LIGHT, TINY } from "./weights.ts";

const UNKNOWN = -1;
const ON_THE_WAY = -2;

/**
 * What a call by index weighs; whether it makes calls that are not light, or is itself not light.
 */
export interface Called {
  readonly weight: number;
  readonly calls: "light" | "others" | "other";
}

export class CheckedFunctions {
  readonly #imported: number;
  readonly #shapes: FunctionShapes;
  /** For each function that the module defines, whether its entry is checked. */
  readonly #entries: Uint8Array;
  /** What a call of each function weighs. */
  readonly #costs: Float64Array;
  /** Whether it calls functions that are not light, directly or not. */
  readonly #calling: Uint8Array;
  /** What a call weighs whose callee is not known. */
  readonly elsewhere: number;

  /**
   * Decides which entries are checked. The entry of a function is not checked where a call of it is
   * light and closes no circle of calls. A circle of calls by index is cut at one function. A
   * circle through indirect calls or imports passes through one of `reached`, the functions that
   * can be called otherwise than by index: it is cut there, except for those that cannot reach such
   * a call themselves. Where `reached` is not known (undefined), every function that calls
   * indirectly or calls an import is checked instead. Functions that never return, which report
   * that something is wrong, would tie nearly all of a module into circles: they are checked, and
   * their callers are not charged for them.
   */
  constructor(shapes: FunctionShapes, imported: number, reached: ReadonlySet<number> | undefined) {
    this.#imported = imported;
    this.#shapes = shapes;
    const { lastCalls, weights } = shapes;
    this.#entries = new Uint8Array(weights.length);
    for (let at = 0; at < lastCalls.count; at++) {
      const func = lastCalls.at(at);
      if (func >= imported) this.#entries[func - imported] = 1;
    }
    this.#calling = new Uint8Array(weights.length);
    this.elsewhere = reached === undefined ? LIGHT : TINY;
    this.#costs = this.#chooseEntries(shapes, reached);
  }

  /** By index among the functions that the module defines. */
  isEntryChecked(index: number): boolean {
    return this.#entries[index] === 1;
  }

  entryCharge(index: number): number {
    return ENTERED + this.#shapes.firsts[index]!;
  }

  isImported(func: number): boolean {
    return func < this.#imported;
  }

  /**
   * What a caller of the function has to reckon with, by index among all functions: everything that
   * it may do or, where its entry is checked, what it may leave uncounted when it returns.
   */
  called(func: number): Called {
    const index = func - this.#imported;
    const known = this.#costs[index];
    if (known === undefined || this.#entries[index] === 1) return { weight: TINY, calls: "other" };
    return { weight: known, calls: this.#calling[index] === 1 ? "others" : "light" };
  }

  /** Returns what a call of each function costs. */
  #chooseEntries(
    { weights, calls, lastCalls }: FunctionShapes,
    reached: ReadonlySet<number> | undefined,
  ): Float64Array {
    const imported = this.#imported;
    const elsewhere = reached === undefined ? Infinity : TINY;
    const costs = new Float64Array(weights.length).fill(UNKNOWN);
    const stack: Visit[] = [];
    /** Whether a call may lead to other functions before it meets a check. */
    const leads = new Uint8Array(weights.length);
    const enter = (index: number): void => {
      costs[index] = ON_THE_WAY;
      stack.push({ index, next: calls.from(index), cost: weights[index]!, leads: false });
    };
    const leave = ({ index, cost, leads: elsewhere }: Visit): void => {
      const called = reached?.has(index + imported) && (elsewhere || cost > TINY);
      if (called || cost > LIGHT) this.#entries[index] = 1;
      const checked = this.isEntryChecked(index);
      // A caller meets the check of this function.
      costs[index] = checked ? TINY : cost;
      leads[index] = !checked && elsewhere ? 1 : 0;
    };
    for (let root = 0; root < weights.length; root++) {
      if (costs[root] === UNKNOWN) enter(root);
      while (stack.length > 0) {
        const top = stack.at(-1)!;
        if (top.next === calls.to(top.index)) {
          if (callsImport(lastCalls, top.index, imported)) {
            top.leads = true;
            top.cost += elsewhere;
          }
          leave(top);
          stack.pop();
          continue;
        }
        const callee = calls.at(top.next) - imported;
        const known = callee < 0 ? elsewhere : (costs[callee] ?? Infinity);
        if (known === UNKNOWN) {
          enter(callee);
          continue;
        }
        // A function further up the way waits for this one: the circle is cut here.
        top.cost += known === ON_THE_WAY ? Infinity : known;
        if (callee < 0 || leads[callee] === 1) top.leads = true;
        if (callee < 0 || this.#entries[callee] === 1 || this.#calling[callee] === 1) {
          this.#calling[top.index] = 1;
        }
        top.next++;
      }
    }
    return costs;
  }
}

/** A function whose calls are being looked at. */
interface Visit {
  readonly index: number;
  /** Where the call stands that is to be looked at next. */
  next: number;
  cost: number;
  leads: boolean;
}

function callsImport(calls: CallsOf, index: number, imported: number): boolean {
  for (let at = calls.from(index); at < calls.to(index); at++) {
    if (calls.at(at) < imported) return true;
  }
  return false;
}
