import type { Misdeed } from "../misdeed.ts";

/** MiB that all plugins together may hold. */
export const TOTAL_MIB = 256;

/** Plugins that all do the same to get memory, at once. */
export interface Siege {
  /** Of each. */
  readonly misdeed: Misdeed;
  readonly rogues: number;
  readonly limits?: object;
  /**
   * How their second calls may end: `handled` is also one that was ended in between, and does no harm the first
   * time.
   */
  readonly ends: readonly string[];
}

const many = (count: number, one: (nth: number) => string): string =>
  Array.from({ length: count }, (_, nth) => one(nth)).join(" ");

// Goes on until its deadline, holding what it has.
const STAYS = "(loop $stays (br $stays))";

export const sieges: Readonly<Record<string, Siege>> = {
  calm: { misdeed: {}, rogues: 0, ends: [] },
  // Memories that nobody sees, filled to the last page.
  "private memories": {
    misdeed: {
      more: many(3, (n) => `(memory $m${n} 1)`),
      handle: many(
        3,
        (n) => `(drop (memory.grow $m${n} (i32.const 1023)))
          (memory.fill $m${n} (i32.const 0) (i32.const 1) (i32.const 67108864))`,
      ),
    },
    ends: ["handled", "plugin-deadline", "limit-total-memory"],
    rogues: 6,
    limits: { memoryMiB: 256 },
  },
  // Each within its limits, all at once.
  "one memory each": {
    misdeed: {
      more: "(memory $m 1)",
      handle: `(drop (memory.grow $m (i32.const 959)))
        (memory.fill $m (i32.const 0) (i32.const 1) (i32.const 62914560)) ${STAYS}`,
    },
    ends: ["handled", "plugin-deadline", "limit-total-memory"],
    rogues: 24,
  },
  // As above, and idle afterwards.
  "one memory each, kept": {
    misdeed: {
      more: "(memory $m 1)",
      handle: `(drop (memory.grow $m (i32.const 959)))
        (memory.fill $m (i32.const 0) (i32.const 1) (i32.const 62914560))`,
    },
    ends: ["handled", "plugin-deadline", "limit-total-memory"],
    rogues: 24,
  },
  // A page at a time.
  "page by page": {
    misdeed: {
      more: "(memory $m 1)",
      handle: `(local.set $n (i32.const 900))
        (loop $l
          (drop (memory.grow $m (i32.const 1)))
          (memory.fill $m (i32.shl (i32.sub (memory.size $m) (i32.const 1)) (i32.const 16))
            (i32.const 1) (i32.const 65536))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) ${STAYS}`,
    },
    ends: ["handled", "plugin-deadline", "limit-total-memory"],
    rogues: 24,
  },
  tables: {
    misdeed: {
      more: "(table $t 1 funcref)",
      handle: `(drop (table.grow $t (ref.null func) (i32.const 999000))) ${STAYS}`,
    },
    ends: ["handled", "plugin-deadline", "limit-total-memory"],
    rogues: 40,
  },
  "tables, kept": {
    misdeed: {
      more: "(table $t 1 funcref)",
      handle: `(drop (table.grow $t (ref.null func) (i32.const 999000)))`,
    },
    ends: ["handled", "plugin-deadline", "limit-total-memory"],
    rogues: 40,
  },
};
