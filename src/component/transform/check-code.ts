/// The code that asks whether a function is to go on.
import { leb, rows, sleb } from "./bytes.ts";
import type { CodeText } from "./code-writer.ts";
import type { BulkPlace } from "./function-shape.ts";

/// Checks between two questions where they are counted.
export const COUNTED_CHECKS = 50_000;

export interface CheckCode {
  /// Leaves a number other than 0 where it is time to ask.
  readonly due: readonly number[];
  /// Asks.
  readonly ask: readonly number[];
  /// Index of the function that weighs lengths.
  readonly weigh: number;
}

/// The load is atomic so that no compiler takes it out of a loop, and of one byte because compilers
/// look whether the address of a wider one is aligned.
export function flagCheck(memory: number, interrupt: number): CheckCode {
  return {
    due: [0x41, 0, 0xfe, 0x12, 0x40, ...leb(memory), 0], // i32.const 0 i32.atomic.load8_u
    ask: [0x10, ...leb(interrupt)],
    weigh: interrupt + 1,
  };
}

/// Counts down.
export function countCheck(counter: number, interrupt: number): CheckCode {
  const global = leb(counter);
  return {
    due: [0x23, ...global, 0x41, 1, 0x6b, 0x24, ...global, 0x23, ...global, 0x45], // (count -= 1) == 0
    ask: [0x10, ...leb(interrupt)],
    weigh: interrupt + 1,
  };
}

/// `if (due) ask()`.
export function inlineCheck({ due, ask }: CheckCode): CodeText {
  return { text: [...due, 0x04, 0x40, ...ask, 0x0b], unlikely: due.length };
}

/// The base-2 logarithm of how many bytes `memory.fill` and the like pass over in about the time of a
/// check.
const BYTES_A_CHECK = 10;

/// What stands for a length that can't be told.
const LONG = 1 << 25;

export function bulkCheck({ measured, local }: BulkPlace, weigh: number): CodeText {
  const call = [0x10, ...leb(weigh)];
  if (!measured) return { text: [0x41, ...sleb(LONG), ...call, 0x1a] }; // i32.const call drop
  if (local === undefined) return { text: call };
  // Mostly it is short, and a call takes longer than to see that.
  const get = [0x20, ...leb(local)];
  const long = [...get, 0x41, ...sleb(1 << BYTES_A_CHECK), 0x4b];
  return { text: [...long, 0x04, 0x40, ...get, ...call, 0x1a, 0x0b], unlikely: long.length };
}

/// `(length) => length`; checks where that is long. A counter is counted down by it.
export function weighFunction(
  code: CheckCode,
  interrupt: number,
  counter: number | undefined,
): Uint8Array {
  const global = counter === undefined ? [] : leb(counter);
  const counted = [
    [0x23, ...global, 0x20, 0, 0x41, BYTES_A_CHECK, 0x76, 0x6b, 0x24, ...global], // count -= length >> 10
    [0x23, ...global, 0x41, 1, 0x48], // count < 1
    [0x04, 0x40, 0x10, ...leb(interrupt), 0x0b],
  ].flat();
  const body = [
    [0],
    [0x20, 0, 0x41, ...sleb(1 << BYTES_A_CHECK), 0x4b, 0x04, 0x40], // if length > 1024
    counter === undefined ? inlineCheck(code).text : counted,
    [0x0b, 0x20, 0, 0x0b],
  ].flat();
  return rows(leb(body.length), body);
}

/// Asks entry 0 of the table what to do: 0 is to go on, 1 to trap, which no handler of the guest
/// catches, anything else to wait for entry 1.
export function interruptFunction(indices: {
  /// Types: of no parameters and an i32; of none at all.
  readonly answers: number;
  readonly nothing: number;
  readonly table: number;
  readonly counter: number | undefined;
}): Uint8Array {
  const { answers, nothing, table, counter } = indices;
  const body = [
    [1, 1, 0x7f], // an i32
    counter === undefined ? [] : [0x41, ...sleb(COUNTED_CHECKS), 0x24, ...leb(counter)],
    [0x41, 0, 0x11, ...leb(answers), ...leb(table), 0x22, 0], // local = table[0]()
    [0x04, 0x40], // if
    [0x20, 0, 0x41, 1, 0x46, 0x04, 0x40, 0x00, 0x0b], // 1: unreachable
    [0x41, 1, 0x11, ...leb(nothing), ...leb(table)], // table[1]()
    [0x0b, 0x0b],
  ].flat();
  return rows(leb(body.length), body);
}
