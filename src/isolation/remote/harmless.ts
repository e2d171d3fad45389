import type { InsideInterface } from "../../component/engine.ts";
import type { WireItems } from "../../component/wire/index.ts";

/**
 * By index, the imported functions that a guest may call twice and nobody is the worse for it: those that
 * may be answered on its own thread (clock, randomness), and what it only tells (its log).
 * A call that called no others can be made again.
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
