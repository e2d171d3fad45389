/** Indices of words in a flag's memory. */
export const FLAG_WORD = 0;
/** How many guests of the thread run, or are about to. */
export const RUNS_WORD = 1;
/** 1 while the ticker sleeps: a guest that starts to run wakes it through RUNS_WORD. */
export const SLEEPS_WORD = 2;
/** The number of the instance that runs, or 0. */
export const RUNNER_WORD = 3;
/** Incremented whenever a guest is suspended for others. */
export const TURNS_WORD = 4;

/** A slice of a thread's time, in milliseconds. */
export const SLICE_MS = 5;
