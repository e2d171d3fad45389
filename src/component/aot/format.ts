// What `tenon component aot` writes and runtime.ts reads, and what is kept in a store (stored.ts).
import type * as generated from "../abi/adapter-runtime.ts";
import { ENGINE_DIGEST } from "../compiled/engine-digest.ts";
import type { Style } from "../link/code.ts";

/**
 * Writer and reader must agree on it: a plan, what a function does that generated text calls, and what decoding and
 * validation let pass are those of one build of the engine.
 */
export const FORMAT: string = ENGINE_DIGEST ?? "sources";

/** A plan as data, each part after what it refers to; the last is the plan itself. */
export type PlanNodes = readonly PlanNode[];

/**
 * `["list", …]`, `["map", key, value, …]`, or an object whose keys are those of plan.ts and
 * layout.ts: names out of a component are values, never keys.
 */
export type PlanNode = readonly [string, ...PlanValue[]] | { readonly [key: string]: PlanValue };

/** `[index]` refers to a node; null is undefined. */
export type PlanValue = string | number | boolean | null | readonly [number];

/** Of a lift how it is called; `return`: what `task.return` does of a lift, or of a lower. */
export type WrittenStyle = Style | "return";

/** Code of one function, with the node of its lift or lower. `make` gives a Bind. */
export type WrittenFunction = readonly [
  node: number,
  /** A WrittenStyle. */
  style: string | undefined,
  tables: readonly (readonly string[])[],
  make: ($: typeof generated, T: readonly (readonly string[])[]) => unknown,
];

/** A core module in a file of its own, known by its offset in the component. */
export interface WrittenModule {
  readonly offset: number;
  /** Reads it asynchronously, where the platform has it. */
  readonly read: () => PromiseLike<unknown>;
  /** Reads it at once; undefined where the platform can't. */
  readonly readSync: () => unknown;
}
