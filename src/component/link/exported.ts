// The parts of a plan that can be reached through its exports.
import { parseFuncName } from "../js-names.ts";
import type { Style } from "./code.ts";
import type { Item, PlannedLift } from "./plan.ts";

type Exports = ReadonlyMap<string, Item>;

export function visitExports(exports: Exports, see: (item: Item, name: string) => void): void {
  for (const [name, item] of exports) {
    see(item, name);
    if (item.sort === "instance") visitExports(item.exports, see);
  }
}

/** A guest's functions, with the ways in which the host can call each. */
export function exportedLifts(exports: Exports): ReadonlyMap<PlannedLift, ReadonlySet<Style>> {
  const found = new Map<PlannedLift, Set<Style>>();
  visitExports(exports, (item, name) => {
    if (item.sort !== "func" || item.func.kind !== "lift") return;
    const { call } = parseFuncName(name);
    const styles = found.get(item.func) ?? new Set();
    found.set(item.func, styles.add(call === "static" ? "function" : call));
  });
  return found;
}
