// The format that `tenon component aot` writes and runtime.ts reads, and that is kept in a store
// (compiled/disk.ts).
import type * as generated from "../abi/adapter-runtime.ts";
import { ENGINE_DIGEST } from "../compiled/engine-digest.ts";
import type { Style } from "../link/code.ts";

/**
 * Writer and reader must be of the same build of the engine: plans, the functions that generated
 * code calls, and the checks that a component has passed all change with it.
 */
export const FORMAT: string = ENGINE_DIGEST ?? "sources";

/** A plan as data. Each node comes after those that it refers to; the last is the plan itself. */
export type PlanNodes = readonly PlanNode[];

/**
 * `["list", …]`, `["map", key, value, …]`, or an object whose keys are those of plan.ts and
 * layout.ts. Names from a component are always values, never keys.
 */
export type PlanNode = readonly [string, ...PlanValue[]] | { readonly [key: string]: PlanValue };

/** `[index]` refers to a node; null is undefined. */
export type PlanValue = string | number | boolean | null | readonly [number];

/**
 * For a lift, how it is called; `return`: the code of `task.return`, for a lift or a lower; for a
 * built-in, whose elements it reads or writes.
 */
export type WrittenStyle = Style | "return" | "host" | "guest";

/** The code of one function, with the node of its lift or lower. `make` returns a Bind. */
export type WrittenFunction = readonly [
  node: number,
  /** A WrittenStyle. */
  style: string | undefined,
  tables: readonly (readonly string[])[],
  make: ($: typeof generated, T: readonly (readonly string[])[]) => unknown,
];

/** A core module in a file of its own, identified by its offset in the component. */
export interface WrittenModule {
  /** Its offset in the component, in bytes. */
  readonly offset: number;
  /** Reads the file asynchronously, where the platform can. */
  readonly read: () => PromiseLike<unknown>;
  /** Reads the file at once; undefined where the platform can't. */
  readonly readSync: () => unknown;
}
