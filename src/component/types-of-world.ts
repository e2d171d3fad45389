import { type Component, partsOf } from "./compile.ts";
import { readWitWorld } from "./wit-source/worlds.ts";
import type { UnusableFunction } from "./world-types/unusable.ts";
import { writeWorldTypes } from "./world-types/write-types.ts";

/** Options of `witTypes`. */
export interface WitTypesOptions {
  /**
   * Hears of each function that cannot be used yet, since it takes or answers values which this
   * version of Tenon lacks. The text says so, too. Default: nobody hears.
   */
  readonly onUnusable?: (one: UnusableFunction) => void;
}

/** Options of `componentTypes`. */
export interface ComponentTypesOptions extends WitTypesOptions {
  /** A component does not say what its world is called. In kebab-case. Default: `root`. */
  readonly world?: string;
}

/**
 * TypeScript types for what a component imports and exports, as the text of a module, which has
 * types alone. Each interface is a type with its functions and the classes of its resources;
 * `<World>Imports` and `<World>Exports` are all of them. Comments of the WIT are not in a
 * component, so not in the types either. Throws `component-unsupported` for a component that
 * imports or exports components.
 */
export function componentTypes(
  component: Component,
  { world = "root", onUnusable }: ComponentTypesOptions = {},
): string {
  return writeWorldTypes({ name: world, type: partsOf(component).resolved.type }, onUnusable);
}

/**
 * The same for a world in WIT text, with its comments. `files` are the WIT files by their paths in
 * a folder (`world.wit`, `deps/http/types.wit`). `world` names one of the folder's worlds
 * (`planner`), or one of another package (`acme:app/planner@1.0.0`); it can be left out where there
 * is one. Items marked `@unstable` are left out.
 *
 * Throws `wit-invalid` for text that breaks the rules, with `data.file`, `data.line` and
 * `data.column` (both from 1), and `wit-world` where there is no such world, or several to choose
 * from; `data.worlds` lists them.
 */
export function witTypes(
  files: ReadonlyMap<string, string>,
  world?: string,
  { onUnusable }: WitTypesOptions = {},
): string {
  return writeWorldTypes(readWitWorld(files, world), onUnusable);
}
