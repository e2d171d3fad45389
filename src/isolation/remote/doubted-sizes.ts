// How much an instance in a process can say, if it is what it should be: what its guest may hand over is
// counted there, and may not be counted at all.
import { DEFAULT_LIMITS, type EngineInstanceOptions } from "../../component/engine.ts";

export interface DoubtedSizes {
  /** Bytes of one frame. */
  readonly frame: number;
  /** Items of all lists in one frame. */
  readonly items: number;
  /** Host functions that have not answered. */
  readonly asked: number;
}

/** An integer of a byte takes four in a frame, and flags one for each. */
const TIMES = 4;
const MOST_FLAGS = 32;

/** What is in a frame beside values, and values that lie in no list. */
const REST = 64 * 1024;

/** A guest waits for each; with those that wait in tasks of its own there are a few. */
const MOST_ASKED = 1_024;

export function doubtedSizes(limits: EngineInstanceOptions["limits"] = {}): DoubtedSizes {
  const { liftedBytes, liftedElements } = { ...DEFAULT_LIMITS, ...limits };
  const frame = REST + liftedBytes * TIMES + liftedElements * MOST_FLAGS;
  return { frame, items: liftedElements, asked: MOST_ASKED };
}

/** Throws where a frame has more than it can have. */
export function assertLength(sizes: DoubtedSizes | undefined, bytes: number): void {
  if (sizes === undefined || bytes <= sizes.frame) return;
  throw new RangeError(`a frame of ${bytes} bytes is longer than ${sizes.frame}`);
}
