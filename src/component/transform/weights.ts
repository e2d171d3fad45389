// What the work in a guest's code weighs: a unit is about a nanosecond of the unoptimised code of a slow
// machine, and code that has just been compiled runs three times as fast.
// Measured with Node 26 as straight code of 2,000 of each (README.md, "Checks in guests' code").

/** Adds up what instructions weigh, and says when that is more than a limit. */
export interface Scale {
  weight: number;
  limit: number;
}

/**
 * Behind this much straight code there is a check: 0.02 ms where it runs, 1 to 3 ms where every
 * function in it is called, and so compiled, for the first time.
 */
export const SPAN = 16_000;

/**
 * How much may have been done outside of a loop before it starts, and how much a function that is
 * not checked may take with everything that it calls.
 */
export const LIGHT = 8_000;

/**
 * The same for a function that may be called through a table or a reference: such a caller cannot
 * know which function it calls. It is also how much a checked function may leave uncounted when it
 * returns.
 */
export const TINY = 400;

/**
 * How much a function may do uncounted when it comes back from a call and returns itself: a stack
 * holds tens of thousands of such calls.
 */
export const EPILOGUE = 100;

/**
 * Counted between two questions where checks are counted: 1 to 5 ms, and mostly much less, for a check
 * counts the longest way to it.
 */
export const COUNTED = 5_000_000;

// Added at some checks to what is on the scale:

/** Behind a call of another module or of the host, which may copy megabytes for it. */
export const IMPORTED = 250_000;

/**
 * On entry to a checked function, beside compiling it: an exception may have made its callers lose
 * this count.
 */
export const ENTERED = 2_400;

/** Where an exception is caught. */
export const CAUGHT = 5_000;

/**
 * Bytes, or elements of the collector's arrays, that an instruction passes over unchecked; as powers of
 * two.
 */
export const FEW_BYTES = 10;
export const FEW_ELEMENTS = 7;

/** How many bytes and elements, as powers of two, weigh one unit. */
export const BYTES_A_UNIT = 4;
export const ELEMENTS_A_UNIT = 1;

/**
 * What compiling a function at its first call weighs, whose instructions weigh `work`. It takes 15 to 70 ns
 * a byte, 8 µs a function, 20 ns a local and 5 ns a local for each block: a hundredth of that counts, for
 * it comes only once.
 */
export function compileWeight(bytes: number, work: number, locals: number, blocks: number): number {
  return Math.ceil(100 + bytes / 16 + work / 8 + locals / 4 + (locals * blocks) / 16);
}

/**
 * Where checks are counted and all functions of a module weigh more than this, compiling them takes
 * longer than 80 ms and counts so many times as much.
 */
export const SOON_COMPILED = 800_000;
export const OFTEN = 12;

/** Weights of instructions of one byte. For those whose weight depends on more, the least. */
export const WEIGHTS: Uint16Array = weights(
  [0x28, 0x35, 3], // loads, which the cache may not have
  [0x36, 0x3e, 2], // stores
  [0x6d, 0x70, 8], // i32.div, .rem
  [0x7f, 0x82, 25], // i64.div, .rem
  [0x8b, 0xa6, 3], // f32, f64
  [0x8d, 0x91, 7], // f32.ceil, .floor, .trunc, .nearest, .sqrt
  [0x95, 0x97, 7], // f32.div, .min, .max
  [0x9b, 0x9f, 7], // f64.ceil, …
  [0xa3, 0xa5, 7], // f64.div, …
  [0xa8, 0xbb, 10], // conversions
  [0x08, 0x0a, 3_000], // throw, rethrow, throw_ref
  [0x0e, 0x0e, 5], // br_table
  [0x10, 0x10, 5], // call
  [0x11, 0x15, 15], // call_indirect, return_call, return_call_indirect, call_ref, return_call_ref
  [0x25, 0x25, 50], // table.get
  [0x26, 0x26, 100], // table.set
  [0x40, 0x40, 1_000], // memory.grow
  [0xd2, 0xd2, 100], // ref.func
);

function weights(...ranges: readonly (readonly [from: number, to: number, weight: number])[]) {
  const all = new Uint16Array(256).fill(1);
  for (const [from, to, weight] of ranges) all.fill(weight, from, to + 1);
  return all;
}

/**
 * Of the instructions with the prefix 0xfb. `items`: fields of a structure, or elements that stand in the
 * code.
 */
export function aggregateWeight(code: number, items: number): number {
  if (code <= 1 || code === 8) return 50 + 3 * items;
  if (code >= 6 && code <= 10) return 300; // array.new, FEW_ELEMENTS of 16 bytes
  if (code >= 16 && code <= 19) return 200;
  return 10;
}

/** Of those with the prefix 0xfc. */
export function bulkWeight(code: number): number {
  if (code <= 7) return 50; // saturating truncation
  if (code >= 8 && code <= 11) return 100; // memory.init, data.drop, memory.copy, memory.fill
  return code >= 12 && code <= 17 && code !== 16 ? 300 : 5;
}

/** Of those with the prefixes 0xfd and 0xfe. */
export const VECTOR_WEIGHT = 4;
export const ATOMIC_WEIGHT = 25;
