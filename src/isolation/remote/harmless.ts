import type { InsideInterface } from "../../component/engine.ts";
import type { WireItems } from "../../component/wire/index.ts";

/**
 * The indices of imported functions that a guest may call twice without harm: those that its own
 * thread may answer (clock, randomness), and one-way ones (its log). A call that has called no
 * others can be repeated.
 */
export function harmlessFunctions(
  { functions }: WireItems,
  inside: ReadonlyMap<string, InsideInterface> = new Map(),
): ReadonlySet<number> {
  const harmless = new Set<number>();
  for (const { index, scope, name } of functions) {
    if (scope !== undefined && inside.get(scope)?.functions.has(name)) harmless.add(index);
  }
  return harmless;
}
