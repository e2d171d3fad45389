// What is counted for one function: indices into rows of numbers.
import type { CapName } from "./catalogue.ts";

export const BYTES = 0;
export const LOCALS = 1;
export const HEIGHT = 2;
export const ACCESSES = 3;
export const STRAIN = 4;

/**
 * The counts from here on are zero in a function of straight code, without blocks, calls and the
 * like.
 */
export const STRAIGHT = 5;

export const DEPTH = 5;
export const BLOCKS = 6;
export const BLOCK_SLOTS = 7;
export const BRANCH_SLOTS = 8;
export const TARGETS = 9;
export const TABLE_TARGETS = 10;
export const LOOPS = 11;
export const LOOP_DEPTH = 12;
export const LOOP_DEPTHS = 13;
export const CALLS = 14;
export const CALL_SLOTS = 15;
export const INDIRECT_CALLS = 16;
export const CALL_VALUES = 17;
export const BULK = 18;
export const TABLE_ACCESSES = 19;
export const AGGREGATES = 20;
export const AGGREGATE_VALUES = 21;
export const LOOP_SLOTS = 22;
export const CAUGHT_CALLS = 23;
export const BRANCHES = 24;

/** The cap of each index. */
export const COUNTED: readonly CapName[] = [
  "functionBytes",
  "functionLocals",
  "functionHeight",
  "functionAccesses",
  "functionStrain",
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
