/// Which functions ask, on their entry, whether they are to go on.
import type { FunctionShape } from "./function-shape.ts";

/// A function that is passed over in a few instructions needs no check: those who call it have
/// theirs. In one body such calls can stand no more often than it has instructions, and so the
/// instructions between two checks are bounded: by BETWEEN, where the largest body allows it.
const SHORTEST = 256;
const SHORT = 4_096;
const BETWEEN = 50_000_000;

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
