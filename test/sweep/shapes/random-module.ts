// Random core modules that are valid: code is made for the type that is wanted.
import { Bytes } from "../../bytes.ts";
import { CoreModule, EXTERNREF, F32, F64, FUNCREF, I32, I64 } from "../binary/core-module.ts";
import type { Random } from "../random.ts";
import type { Rogue } from "../rogue.ts";

const NUMBERS = [I32, I64, F32, F64] as const;

// From two of a type to one: add, sub, mul and others.
const BINARY: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78],
  [I64]: [0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a],
  [F32]: [0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98],
  [F64]: [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6],
};

// To a type, from another.
const CONVERSIONS: Readonly<Record<number, readonly (readonly [number, readonly number[]])[]>> = {
  [I32]: [
    [I64, [0xa7]],
    [F32, [0xbc]],
    [F64, [0xfc, 0x02]],
    [F32, [0xfc, 0x01]],
    [I32, [0x67]],
    [I32, [0x45]],
    [I64, [0x50]],
  ],
  [I64]: [
    [I32, [0xac]],
    [I32, [0xad]],
    [F64, [0xbd]],
    [F64, [0xfc, 0x06]],
    [I64, [0x79]],
  ],
  [F32]: [
    [I32, [0xb2]],
    [I64, [0xb4]],
    [F64, [0xb6]],
    [I32, [0xbe]],
    [F32, [0x91]],
  ],
  [F64]: [
    [I32, [0xb7]],
    [I64, [0xb9]],
    [F32, [0xbb]],
    [I64, [0xbf]],
    [F64, [0x9f]],
  ],
};

const LOADS: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x28, 0x02],
  [I64]: [0x29, 0x03],
  [F32]: [0x2a, 0x02],
  [F64]: [0x2b, 0x03],
};

const STORES: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x36, 0x02],
  [I64]: [0x37, 0x03],
  [F32]: [0x38, 0x02],
  [F64]: [0x39, 0x03],
};

// Of each function. Behind them are locals of each number's type, in their order.
const PARAMETERS = 2;

interface Frame {
  readonly code: Bytes;
  // Result types of the blocks around, the innermost first; none: undefined.
  readonly labels: (number | undefined)[];
  left: number;
  depth: number;
}

// Values and blocks in each other.
const DEPTH = 80;

/** `size`: about so many instructions in each of its functions. */
export function randomRogue(random: Random, size: number): Rogue {
  const module = new CoreModule();
  const locals = 1 + random.below(random.of([4, 40, 400]));
  const functions = 1 + random.below(8);
  module.memory(1 + random.below(4));
  const mixed = module.type([I32, I64], [I32]);
  const plain = module.type([I32], []);
  const table = 8;
  module.table(table, FUNCREF);
  module.table(table, EXTERNREF);
  module.global();

  const localOf = (type: number): number =>
    PARAMETERS + NUMBERS.indexOf(type as (typeof NUMBERS)[number]) * locals + random.below(locals);

  const value = (frame: Frame, type: number): void => {
    const { code } = frame;
    if (frame.left-- <= 0 || frame.depth > DEPTH || random.below(6) === 0) {
      code.op(0x20).unsigned(localOf(type));
      return;
    }
    frame.depth++;
    valueOf(frame, type);
    frame.depth--;
  };

  const valueOf = (frame: Frame, type: number): void => {
    const { code } = frame;
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
        value(frame, type);
        value(frame, type);
        code.op(random.of(BINARY[type]!));
        return;
      case 3:
      case 4: {
        const [from, op] = random.of(CONVERSIONS[type]!);
        value(frame, from);
        code.op(...op);
        return;
      }
      case 5:
        value(frame, I32);
        // Mostly inside of the memory.
        code.op(0x41, 0xff, 0xff, 0x00, 0x71, ...LOADS[type]!).unsigned(random.below(64));
        return;
      case 6:
        value(frame, type);
        value(frame, type);
        value(frame, I32);
        code.op(0x1b);
        return;
      case 7:
        value(frame, I32);
        block(frame, 0x04, type, true);
        return;
      case 8:
        block(frame, 0x02, type);
        return;
      case 9:
        if (type !== I32) return value(frame, type);
        value(frame, I32);
        value(frame, I64);
        code.op(0x10).unsigned(random.below(functions));
        return;
      case 10:
        if (type !== I32) return value(frame, type);
        value(frame, I32);
        value(frame, I64);
        code.op(0x41).signed(random.below(table)).op(0x11).unsigned(mixed).op(0x00);
        return;
      default:
        value(frame, type);
        code.op(0x22).unsigned(localOf(type));
    }
  };

  const block = (frame: Frame, opcode: number, type: number | undefined, both = false): void => {
    const { code, labels } = frame;
    code.op(opcode, type ?? 0x40);
    // A branch to a loop takes nothing with it.
    labels.unshift(opcode === 0x03 ? undefined : type);
    const inside = (): void => {
      for (let left = random.below(4); left > 0; left--) statement(frame);
      if (type !== undefined) value(frame, type);
    };
    inside();
    if (both) {
      code.op(0x05);
      inside();
    }
    labels.shift();
    code.op(0x0b);
  };

  const statement = (frame: Frame): void => {
    if (frame.left-- <= 0 || frame.depth > DEPTH) return;
    const { code, labels } = frame;
    const type = random.of(NUMBERS);
    switch (random.below(10)) {
      case 0:
        return block(frame, 0x02, undefined);
      case 1:
        return block(frame, 0x03, undefined);
      case 2:
        value(frame, I32);
        return block(frame, 0x04, undefined, random.below(2) === 0);
      case 3: {
        const open = labels.flatMap((of, index) => (of === undefined ? [index] : []));
        if (open.length === 0) return;
        value(frame, I32);
        code.op(0x0d).unsigned(random.of(open));
        return;
      }
      case 4: {
        const open = labels.flatMap((of, index) => (of === undefined ? [index] : []));
        if (open.length === 0) return;
        const targets = random.below(10);
        code.op(0x02, 0x40);
        // No branch of the value's goes to the block that is around the instruction alone.
        labels.unshift(I32);
        value(frame, I32);
        labels.shift();
        code.op(0x0e).unsigned(targets);
        for (let left = targets; left >= 0; left--) code.unsigned(random.of(open) + 1);
        code.op(0x0b);
        return;
      }
      case 5:
        value(frame, I32);
        code.op(0x41, 0xff, 0xff, 0x00, 0x71);
        value(frame, type);
        code.op(...STORES[type]!).unsigned(random.below(64));
        return;
      case 6:
        code.op(0x41, 0x00, 0x41, 0x01);
        value(frame, I32);
        code.op(0x41, 0xff, 0x1f, 0x71, 0xfc, 0x0b, 0x00);
        return;
      case 7:
        value(frame, I32);
        code.op(0x24, 0x00);
        return;
      case 8:
        code.op(0x41).signed(random.below(table)).op(0x25, 0x01, 0x1a);
        return;
      default:
        value(frame, type);
        code.op(0x21).unsigned(localOf(type));
    }
  };

  const groups = NUMBERS.map((type) => [locals, type] as const);
  for (let index = 0; index < functions; index++) {
    const frame: Frame = { code: new Bytes(), labels: [], left: size, depth: 0 };
    while (frame.left > 0) statement(frame);
    value(frame, I32);
    module.function(mixed, frame.code, ...groups);
  }
  module.elements(Array.from({ length: table - 2 }, () => random.below(functions)));
  const run = new Bytes();
  for (let index = 0; index < functions; index++) {
    run.op(0x20, 0x00, 0x42, 0x05, 0x10).unsigned(index).op(0x1a);
  }
  module.export("run", module.function(plain, run));
  return { module: module.finish() };
}
