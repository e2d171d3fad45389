// What is counted for one function: indices into rows of numbers.
import type { CapName } from "./cap-row.ts";

export const BYTES = 0;
export const LOCALS = 1;
export const HEIGHT = 2;
export const ACCESSES = 3;
export const STRAIN = 4;
export const LOCAL_BYTES = 5;

/**
 * The counts from here on are zero in a function of straight code, without blocks, calls and the
 * like.
 */
export const STRAIGHT = 6;

export const DEPTH = 6;
export const BLOCKS = 7;
export const BLOCK_SLOTS = 8;
export const BRANCH_SLOTS = 9;
export const TARGETS = 10;
export const TABLE_TARGETS = 11;
export const LOOPS = 12;
export const LOOP_DEPTH = 13;
export const LOOP_DEPTHS = 14;
export const CALLS = 15;
export const CALL_SLOTS = 16;
export const INDIRECT_CALLS = 17;
export const CALL_VALUES = 18;
export const BULK = 19;
export const TABLE_ACCESSES = 20;
export const AGGREGATES = 21;
export const AGGREGATE_VALUES = 22;
export const LOOP_SLOTS = 23;
export const CAUGHT_CALLS = 24;
export const BRANCHES = 25;

/** The cap of each index. */
export const COUNTED: readonly CapName[] = [
  "functionBytes",
  "functionLocals",
  "functionHeight",
  "functionAccesses",
  "functionStrain",
  "functionLocalBytes",
  "functionDepth",
  "functionBlocks",
  "functionBlockSlots",
  "functionBranchSlots",
  "functionTargets",
  "functionTableTargets",
  "functionLoops",
  "functionLoopDepth",
  "functionLoopDepths",
  "functionCalls",
  "functionCallSlots",
  "functionIndirectCalls",
  "functionCallValues",
  "functionBulk",
  "functionTableAccesses",
  "functionAggregates",
  "functionAggregateValues",
  "functionLoopSlots",
  "functionCaughtCalls",
  "functionBranches",
];
