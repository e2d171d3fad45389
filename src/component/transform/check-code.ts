// The code of a check: it asks whether a function is to go on.
import { leb, sleb } from "./bytes.ts";
import type { CodeText } from "./code-writer.ts";
import type { BulkPlace } from "./instruction-visitor.ts";
import { BYTES_A_UNIT, COUNTED, ELEMENTS_A_UNIT, FEW_BYTES, FEW_ELEMENTS } from "./weights.ts";

/** `if (due) ask()`. */
export interface CheckCode extends CodeText {
  readonly unlikely: number;
  /**
   * Where, in the code of a check, the number stands that a counter is counted down by, as a signed
   * LEB128 of four bytes.
   */
  readonly charge: number | undefined;
  /**
   * The index of the function that asks. The functions that weigh a number of bytes and a number of
   * elements follow it.
   */
  readonly interrupt: number;
}

/**
 * The load is atomic so that no compiler takes it out of a loop, and of one byte because compilers
 * look whether the address of a wider one is aligned.
 */
export function flagCheck(memory: number, interrupt: number): CheckCode {
  const due = [0x41, 0, 0xfe, 0x12, 0x40, ...leb(memory), 0]; // i32.const 0 i32.atomic.load8_u
  return { ...check(due, interrupt), charge: undefined, interrupt };
}

/** `count -= charge; if (count < 1) ask()`. */
export function countCheck(counter: number, interrupt: number): CheckCode {
  const global = leb(counter);
  const get = [0x23, ...global];
  const due = [...get, 0x41, 0x80, 0x80, 0x80, 0, 0x6b, 0x24, ...global, ...get, 0x41, 1, 0x48];
  return { ...check(due, interrupt), charge: get.length + 1, interrupt };
}

function check(due: readonly number[], interrupt: number): Required<CodeText> {
  return { text: [...due, 0x04, 0x40, 0x10, ...leb(interrupt), 0x0b], unlikely: due.length };
}

/** Used in place of a length that is not known. */
const LONG = 1 << 25;

/** The code before an instruction that finds its length on the stack: it looks at that length. */
export function bulkCheck({ length, local }: BulkPlace, interrupt: number): CodeText {
  const call = [0x10, ...leb(interrupt + (length === "bytes" ? 1 : 2))];
  if (length === "unknown") return { text: [0x41, ...sleb(LONG), ...call, 0x1a] }; // i32.const call drop
  if (local === undefined) return { text: call };
  // Most lengths are short, and a comparison costs less than a call.
  const get = [0x20, ...leb(local)];
  const few = length === "bytes" ? FEW_BYTES : FEW_ELEMENTS;
  const long = [...get, 0x41, ...sleb(1 << few), 0x4b];
  return { text: [...long, 0x04, 0x40, ...get, ...call, 0x1a, 0x0b], unlikely: long.length };
}

/** The code before a bulk instruction with three operands and no result: `if (long) call() else`. */
export function ifLong(
  local: number,
  space: "memory" | "table",
  {
    func,
    type,
    isWide,
  }: { readonly func: number; readonly type: number; readonly isWide: boolean },
): CodeText {
  const [constant, above] = isWide ? [0x42, 0x56] : [0x41, 0x4b];
  const few = space === "memory" ? FEW_BYTES : FEW_ELEMENTS;
  const long = [0x20, ...leb(local), constant, ...sleb(1 << few), above];
  return { text: [...long, 0x04, ...sleb(type), 0x10, ...leb(func), 0x05], unlikely: long.length };
}

/**
 * `(length) => length`, of bytes and of elements; check where that is long. A counter is counted down
 * by it.
 */
export function weighFunctions(code: CheckCode, counter: number | undefined): readonly number[][] {
  return [
    weighFunction(code, counter, FEW_BYTES, BYTES_A_UNIT),
    weighFunction(code, counter, FEW_ELEMENTS, ELEMENTS_A_UNIT),
  ];
}

function weighFunction(
  { text, interrupt }: CheckCode,
  counter: number | undefined,
  few: number,
  aUnit: number,
): number[] {
  const global = counter === undefined ? [] : leb(counter);
  const counted = [
    [0x23, ...global, 0x20, 0, 0x41, aUnit, 0x76, 0x6b, 0x24, ...global], // count -= length >> aUnit
    [0x23, ...global, 0x41, 1, 0x48], // count < 1
    [0x04, 0x40, 0x10, ...leb(interrupt), 0x0b],
  ].flat();
  return [
    [0],
    [0x20, 0, 0x41, ...sleb(1 << few), 0x4b, 0x04, 0x40], // if length > few
    counter === undefined ? text : counted,
    [0x0b, 0x20, 0, 0x0b],
  ].flat();
}

/**
 * Asks entry 0 of the table what to do: 0 is to go on, 1 to trap, which no handler of the guest
 * catches, anything else to wait for entry 1, which answers 1 where the guest is to trap after all.
 */
export function interruptFunction(indices: {
  /** The type of no parameters and an i32. */
  readonly answers: number;
  readonly table: number;
  readonly counter: number | undefined;
}): number[] {
  const { answers, table, counter } = indices;
  return [
    [1, 1, 0x7f], // an i32
    counter === undefined ? [] : [0x41, ...sleb(COUNTED), 0x24, ...leb(counter)],
    [0x41, 0, 0x11, ...leb(answers), ...leb(table), 0x22, 0], // local = table[0]()
    [0x04, 0x40], // if
    [0x20, 0, 0x41, 1, 0x46, 0x04, 0x40, 0x00, 0x0b], // 1: unreachable
    [0x41, 1, 0x11, ...leb(answers), ...leb(table), 0x04, 0x40, 0x00, 0x0b], // table[1](): unreachable
    [0x0b, 0x0b],
  ].flat();
}
