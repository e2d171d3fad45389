/// What is counted of one function: indices into rows of numbers.
import type { CapName } from "./catalogue.ts";

export const BYTES = 0;
export const LOCALS = 1;
export const HEIGHT = 2;
export const DEPTH = 3;
export const BLOCKS = 4;
export const BLOCK_SLOTS = 5;
export const BRANCH_SLOTS = 6;
export const TARGETS = 7;
export const TABLE_TARGETS = 8;
export const LOOPS = 9;
export const LOOP_DEPTH = 10;
export const LOOP_DEPTHS = 11;
export const CALLS = 12;
export const CALL_SLOTS = 13;
export const INDIRECT_CALLS = 14;
export const CALL_VALUES = 15;
export const ACCESSES = 16;
export const BULK = 17;
export const TABLE_ACCESSES = 18;
export const AGGREGATES = 19;
export const AGGREGATE_VALUES = 20;
export const LOOP_SLOTS = 21;
export const STRAIN = 22;
export const CAUGHT_CALLS = 23;

/** By index, the cap. */
export const COUNTED: readonly CapName[] = [
  "functionBytes",
  "functionLocals",
  "functionHeight",
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
  "functionAccesses",
  "functionBulk",
  "functionTableAccesses",
  "functionAggregates",
  "functionAggregateValues",
  "functionLoopSlots",
  "functionStrain",
  "functionCaughtCalls",
];
