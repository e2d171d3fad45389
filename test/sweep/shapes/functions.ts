// Bodies of functions that are large in one way.
import { Bytes } from "../../bytes.ts";
import { F64, I32, V128 } from "../binary/core-module.ts";
import { type Body, functionRogue } from "./function-rogue.ts";
import { HOT, type Shape } from "./shape.ts";

const get = (local: number): number[] => [...new Bytes().op(0x20).unsigned(local).view()];

// `local 1 += 1`.
const ADD = [0x20, 0x01, 0x41, 0x01, 0x6a, 0x21, 0x01];
const DROP = 0x1a;
const END = 0x0b;
const BLOCK = [0x02, 0x40];
const LOOP = [0x03, 0x40];
// Never taken: local 0 is 0 where it comes to that.
const BR_IF = [0x20, 0x00, 0x0d, 0x00];

type Write = (n: number, body: Body) => void;

function shape(name: string, cap: string | undefined, top: number, write: Write): Shape {
  return {
    name,
    ...(cap === undefined ? {} : { cap }),
    top,
    events: HOT,
    make: (n) => functionRogue((body) => write(n, body)),
  };
}

// The same instructions `n` times.
const repeated = (
  name: string,
  cap: string | undefined,
  top: number,
  code: readonly number[],
  before: (body: Body) => void = () => {},
): Shape =>
  shape(name, cap, top, (n, body) => {
    before(body);
    body.code.times(n, ...code);
  });

const withMemory = ({ module }: Body): void => void module.memory(1);
const withGlobal = ({ module }: Body): void => void module.global();
const withTable = ({ module }: Body): void => void module.table(16);

export const functionShapes: readonly Shape[] = [
  shape("body bytes", "functionBytes", 16 << 20, (n, { code }) => {
    // What is around them: a locals vector, the early return, the end.
    const left = n - 8;
    code.times(Math.floor(left / 7), ...ADD).times(left % 7, 0x01);
  }),
  shape("body of nops", "functionBytes", 16 << 20, (n, { code }) => void code.times(n - 8, 0x01)),
  shape("locals", "functionLocals", 60_000, (n, { locals, code }) => {
    const first = locals(n - 1);
    code.op(...get(first + n - 2), DROP);
  }),
  shape("locals of v128", "functionLocals", 60_000, (n, { locals }) => void locals(n - 1, V128)),
  shape("operand height", "functionHeight", 100_000, (n, { code }) => {
    code
      .times(n, 0x41, 0x01)
      .times(n - 1, 0x6a)
      .op(DROP);
  }),
  shape("operand height of locals", "functionHeight", 100_000, (n, { code }) => {
    code.times(n, 0x20, 0x01).times(n, DROP);
  }),
  shape("depth of blocks", "functionDepth", 200_000, (n, { code }) => {
    code.times(n, ...BLOCK).times(n, END);
  }),
  shape("depth of if", "functionDepth", 200_000, (n, { code }) => {
    code
      .times(n, 0x20, 0x01, 0x04, 0x40)
      .op(...ADD)
      .times(n, END);
  }),
  shape("depth of if with else", "functionDepth", 200_000, (n, { code }) => {
    code.times(n, 0x20, 0x01, 0x04, 0x40).times(n, 0x05, ...ADD, END);
  }),
  shape("depth of try_table", "functionDepth", 200_000, (n, { code }) => {
    code.times(n, 0x1f, 0x40, 0x01, 0x02, 0x00).times(n, END);
  }),
  repeated("blocks", "functionBlocks", 300_000, [...BLOCK, ...BR_IF, ...ADD, END]),
  repeated("ifs", "functionBlocks", 300_000, [0x20, 0x01, 0x04, 0x40, ...ADD, END]),
  repeated("ifs with else", "functionBlocks", 300_000, [
    0x20,
    0x01,
    0x04,
    0x40,
    ...ADD,
    0x05,
    ...ADD,
    ...ADD,
    END,
  ]),
  repeated("try_tables", "functionBlocks", 300_000, [
    ...BLOCK,
    0x1f,
    0x40,
    0x01,
    0x02,
    0x00,
    ...ADD,
    END,
    END,
  ]),
  repeated("tries of the old kind", "functionBlocks", 300_000, [
    0x06,
    0x40,
    ...ADD,
    0x19,
    ...ADD,
    END,
  ]),
  repeated(
    "catching calls",
    undefined,
    300_000,
    [...BLOCK, 0x1f, 0x40, 0x01, 0x02, 0x00, 0x10, 0x00, END, END],
    empty,
  ),
  shape("sets of many locals", "functionLocalBytes", 400_000, (n, { locals, code }) => {
    const first = locals(16_000, I32);
    for (let index = 0; index < n; index++) {
      const local = first + (index % 16_000);
      code.op(0x20, 0x00, 0x20).unsigned(local).op(0x6a, 0x21).unsigned(local);
    }
  }),
  repeated("branches", "functionBranches", 2_000_000, BR_IF),
  shape("branches out of a depth", "functionBranches", 2_000_000, (n, { code }) => {
    code
      .times(200, ...BLOCK)
      .times(n, 0x20, 0x00, 0x0d, 0x40)
      .times(200, END);
  }),
  repeated("returns", undefined, 500_000, [0x20, 0x00, 0x04, 0x40, 0x0f, END]),
  repeated("unreachable code", undefined, 500_000, [...BLOCK, 0x0c, 0x00, ...ADD, END]),
  shape("one br_table", "functionTableTargets", 66_000, (n, { code }) => {
    code
      .op(...BLOCK, 0x20, 0x01, 0x0e)
      .unsigned(n)
      .times(n + 1, 0x00)
      .op(END);
  }),
  shape("br_tables", "functionTargets", 1_000_000, (n, { code }) => {
    for (let left = n; left > 0; left -= 1_000) {
      const targets = Math.min(1_000, left) - 1;
      code
        .op(...BLOCK, 0x20, 0x01, 0x0e)
        .unsigned(targets)
        .times(targets + 1, 0x00)
        .op(END);
    }
  }),
  shape("a switch of its depth", undefined, 60_000, (n, { code }) => {
    code
      .times(n, ...BLOCK)
      .op(0x20, 0x01, 0x0e)
      .unsigned(n - 1);
    for (let index = 0; index < n; index++) code.unsigned(index);
    code.times(n, END, ...ADD);
  }),
  repeated("loops", "functionLoops", 200_000, [...LOOP, ...ADD, ...BR_IF, END]),
  repeated("loops without a way back", "functionLoops", 200_000, [...LOOP, END]),
  shape("depth of loops", "functionLoopDepth", 20_000, (n, { code }) => {
    code.times(n, ...LOOP, ...ADD).times(n, ...BR_IF, END);
  }),
  shape("loops back from the innermost", "functionLoopDepth", 20_000, (n, { code }) => {
    code.times(n, ...LOOP);
    for (let index = 0; index < n; index++) code.op(...get(0), 0x0d).unsigned(index);
    code.times(n, END);
  }),
  shape("loop depths in sum", "functionLoopDepths", 2_000_000, (n, { code }) => {
    const depth = 60;
    const sum = (depth * (depth + 1)) / 2;
    for (let left = n; left >= sum; left -= sum) {
      code.times(depth, ...LOOP, ...ADD).times(depth, ...BR_IF, END);
    }
  }),
  shape("calls", "functionCalls", 1_000_000, (n, body) => {
    empty(body);
    body.code.times(n, 0x10, 0x00);
  }),
  shape("tail calls", undefined, 300_000, (n, body) => {
    empty(body);
    body.code.times(n, ...BLOCK, ...BR_IF, END, 0x20, 0x01, 0x04, 0x40, 0x12, 0x00, END);
  }),
  shape("indirect calls", "functionIndirectCalls", 300_000, (n, body) => {
    body.module.elements([empty(body)]);
    body.module.table(1);
    body.code.times(n, 0x41, 0x00, 0x11, body.module.type([], []), 0x00);
  }),
  shape("calls by reference", "functionIndirectCalls", 300_000, (n, body) => {
    const callee = empty(body);
    body.module.declare(callee);
    body.code.times(n, 0xd2, callee, 0x14, body.module.type([], []));
  }),
  shape("values over calls", "functionCallValues", 2_000_000, (n, { module, code }) => {
    const many = Array<number>(15).fill(I32);
    const type = module.type(many, many);
    const callee = module.function(type, new Bytes().op(...many.flatMap((_, index) => get(index))));
    code
      .times(15, 0x20, 0x01)
      .times(Math.floor(n / 31), 0x10, callee)
      .times(15, DROP);
  }),
  shape("calls with parameters", "functionCallValues", 2_000_000, (n, { module, code }) => {
    const many = Array<number>(100).fill(I32);
    const callee = module.function(module.type(many, []), new Bytes());
    for (let left = Math.floor(n / 101); left > 0; left--)
      code.times(100, 0x20, 0x01).op(0x10, callee);
  }),
  shape("chained loads", "functionAccesses", 1_000_000, (n, body) => {
    withMemory(body);
    body.code.op(0x20, 0x01).times(n, 0x28, 0x02, 0x00).op(DROP);
  }),
  repeated(
    "loads",
    "functionAccesses",
    1_000_000,
    [0x20, 0x01, 0x2d, 0x00, 0x07, 0x21, 0x01],
    withMemory,
  ),
  repeated(
    "stores",
    "functionAccesses",
    1_000_000,
    [0x41, 0x00, 0x20, 0x01, 0x36, 0x02, 0x00],
    withMemory,
  ),
  repeated(
    "loads of vectors",
    "functionAccesses",
    1_000_000,
    [0x41, 0x00, 0xfd, 0x00, 0x00, 0x00, DROP],
    withMemory,
  ),
  repeated(
    "atomic additions",
    "functionStrain",
    500_000,
    [0x41, 0x00, 0x20, 0x01, 0xfe, 0x1e, 0x02, 0x00, DROP],
    withMemory,
  ),
  shape("saturating truncations", "functionBulk", 500_000, (n, { code, locals }) => {
    const local = locals(1, F64);
    code.times(n, ...get(local), 0xfc, 0x02, DROP);
  }),
  repeated(
    "divisions of globals",
    "functionStrain",
    300_000,
    [0x23, 0x00, 0x23, 0x00, 0x6d, 0x24, 0x00],
    withGlobal,
  ),
  repeated(
    "shifts of globals",
    "functionStrain",
    300_000,
    [0x23, 0x00, 0x23, 0x00, 0x74, 0x24, 0x00],
    withGlobal,
  ),
  shape("calls within a try", "functionCaughtCalls", 100_000, (n, { module, code }) => {
    const callee = module.function(module.type([], []), new Bytes());
    code.op(0x06, 0x40);
    for (let left = n; left > 0; left--) code.op(0x10).unsigned(callee);
    code.op(0x19, END);
  }),
  shape("truncations that may trap", "functionStrain", 2_000_000, (n, { code, locals }) => {
    const local = locals(1, F64);
    code.times(n, ...get(local), 0xaa, DROP);
  }),
  repeated(
    "memory.copy",
    "functionBulk",
    300_000,
    [0x41, 0x00, 0x41, 0x00, 0x20, 0x01, 0xfc, 0x0a, 0x00, 0x00],
    withMemory,
  ),
  repeated(
    "memory.fill",
    "functionBulk",
    300_000,
    [0x41, 0x00, 0x41, 0x00, 0x20, 0x01, 0xfc, 0x0b, 0x00],
    withMemory,
  ),
  repeated(
    "table.get",
    "functionTableAccesses",
    300_000,
    [0x41, 0x00, 0x25, 0x00, DROP],
    withTable,
  ),
  repeated(
    "table.set",
    "functionTableAccesses",
    300_000,
    [0x41, 0x00, 0xd0, 0x70, 0x26, 0x00],
    withTable,
  ),
  repeated("table.size", "functionBulk", 300_000, [0xfc, 0x10, 0x00, DROP], withTable),
  repeated(
    "table.grow",
    "functionBulk",
    300_000,
    [0xd0, 0x70, 0x41, 0x00, 0xfc, 0x0f, 0x00, DROP],
    withTable,
  ),
  repeated(
    "table.fill",
    "functionBulk",
    300_000,
    [0x41, 0x00, 0xd0, 0x70, 0x41, 0x00, 0xfc, 0x11, 0x00],
    withTable,
  ),
  repeated(
    "table.copy",
    "functionBulk",
    300_000,
    [0x41, 0x00, 0x41, 0x00, 0x41, 0x00, 0xfc, 0x0e, 0x00, 0x00],
    withTable,
  ),
  repeated(
    "memory.grow",
    "functionTableAccesses",
    300_000,
    [0x41, 0x00, 0x40, 0x00, DROP],
    withMemory,
  ),
  repeated("memory.size", undefined, 2_000_000, [0x3f, 0x00, DROP], withMemory),
  repeated(
    "globals set",
    undefined,
    500_000,
    [0x23, 0x00, 0x41, 0x01, 0x6a, 0x24, 0x00],
    ({ module }) => void module.global(),
  ),
  repeated(
    "divisions",
    undefined,
    500_000,
    [0x20, 0x01, 0x41, 0x03, 0x6d, 0x20, 0x01, 0x41, 0x01, 0x72, 0x6f, 0x21, 0x01],
  ),
  repeated("selects", undefined, 500_000, [0x20, 0x01, 0x41, 0x03, 0x20, 0x00, 0x1b, 0x21, 0x01]),
  repeated("counts of bits", undefined, 500_000, [0x20, 0x01, 0x69, 0x67, 0x68, 0x21, 0x01]),
  repeated("references to functions", undefined, 2_000_000, [0xd2, 0x00, DROP], (body) =>
    body.module.declare(empty(body)),
  ),
  repeated(
    "throws",
    "functionCalls",
    200_000,
    [0x20, 0x00, 0x04, 0x40, 0x08, 0x00, END],
    ({ module }) => {
      module.add(13, 0x00, module.type([], []));
    },
  ),
  shape("shuffles", undefined, 200_000, (n, { code, locals }) => {
    const local = locals(1, V128);
    for (let index = 0; index < n; index++) {
      code.op(...get(local), ...get(local), 0xfd, 0x0d);
      for (let lane = 0; lane < 16; lane++) code.op((index * 7 + lane * 5) % 32);
      code.op(0x21, local);
    }
  }),
  shape("constants of vectors", undefined, 200_000, (n, { code }) => {
    for (let index = 0; index < n; index++) {
      code.op(0xfd, 0x0c);
      for (let lane = 0; lane < 16; lane++) code.op((index >> ((lane % 4) * 8)) & 0xff);
      code.op(DROP);
    }
  }),
  shape("products of vectors", undefined, 300_000, (n, { code, locals }) => {
    const local = locals(1, V128);
    code.times(n, ...get(local), ...get(local), 0xfd, 0xd5, 0x01, 0x21, local);
  }),
  shape("blocks with values", undefined, 300_000, (n, { module, code }) => {
    const values = Array<number>(8).fill(I32);
    const type = module.type(values, values);
    code
      .times(8, 0x20, 0x01)
      .times(n, 0x02, type, ...BR_IF, END)
      .times(8, DROP);
  }),
  shape("loops with values", undefined, 200_000, (n, { module, code }) => {
    const values = Array<number>(8).fill(I32);
    const type = module.type(values, values);
    code
      .times(8, 0x20, 0x01)
      .times(n, 0x03, type, ...BR_IF, END)
      .times(8, DROP);
  }),
];

// A function that does nothing; it is the first one.
function empty({ module }: Body): number {
  return module.function(module.type([], []), new Bytes());
}
