import type { Rogue, RogueEvent } from "../rogue.ts";

/** A way in which a component can be large: along one dimension, or along two. */
export interface Shape {
  readonly name: string;
  /**
   * The row of the catalogue of caps that says no to what is just too large, where one alone does.
   */
  readonly cap?: string;
  /** A proposal that strangers may not use: it is refused at any size, by this name. */
  readonly feature?: string;
  /**
   * What the other dimension is, for each of these a case of its own. Default: there is no other.
   */
  readonly beside?: readonly number[];
  /** Larger than this is not tried: larger than any cap, where one is to be found. */
  readonly top: number;
  /**
   * Whether nothing refuses it for its size alone: `top` is accepted, and there is none to be refused.
   */
  readonly unbounded?: boolean;
  /** In which forms it is run. */
  readonly events: readonly RogueEvent[];
  /** As large as `n`. */
  make(n: number, beside: number): Rogue;
}

/** Once, and called in a loop until it is optimised. */
export const HOT: readonly RogueEvent[] = ["cold", "hot"];

/** Once: there is no code in it that gets hot. */
export const COLD: readonly RogueEvent[] = ["cold"];

/** All of it, time and again: what it costs between two checks. */
export const THROUGH: readonly RogueEvent[] = ["cold", "through"];
