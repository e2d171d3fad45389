// The instructions of the garbage collection proposal.

/**
 * How many indices each instruction of the garbage collection proposal has, except for those whose
 * length depends on their indices.
 */
export const aggregates: Readonly<Record<number, number>> = {
  2: 2, // struct.get
  3: 2, // struct.get_s
  4: 2, // struct.get_u
  5: 2, // struct.set
  6: 1, // array.new
  7: 1, // array.new_default
  9: 2, // array.new_data
  10: 2, // array.new_elem
  11: 1, // array.get
  12: 1, // array.get_s
  13: 1, // array.get_u
  14: 1, // array.set
  15: 0, // array.len
  16: 1, // array.fill
  17: 2, // array.copy
  18: 2, // array.init_data
  19: 2, // array.init_elem
  26: 0, // any.convert_extern
  27: 0, // extern.convert_any
  28: 0, // ref.i31
  29: 0, // i31.get_s
  30: 0, // i31.get_u
};

/** Instructions that take a length from the top of the stack. */
export const LONG_ARRAYS: ReadonlySet<number> = new Set([6, 7, 9, 10, 16, 17, 18, 19]);
