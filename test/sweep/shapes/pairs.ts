// Components that are large in two ways: for some sizes of one of them, as large in the other as is
// accepted.
import { Bytes } from "../../bytes.ts";
import { CoreModule, EXTERNREF, F64, FUNCREF, I32 } from "../binary/core-module.ts";
import type { Rogue } from "../rogue.ts";
import { coreInstances, exports, imports, longName } from "./components.ts";
import { type Body, functionRogue } from "./function-rogue.ts";
import { moduleRogue } from "./modules.ts";
import { COLD, HOT, type Shape } from "./shape.ts";

const ADD = [0x20, 0x01, 0x41, 0x01, 0x6a, 0x21, 0x01];
const BR_IF = [0x20, 0x00, 0x0d, 0x00];
const [BLOCK, LOOP, DROP, END] = [[0x02, 0x40], [0x03, 0x40], 0x1a, 0x0b] as const;
const IF = [0x20, 0x01, 0x04, 0x40] as const;

type Write = (n: number, body: Body, beside: number) => void;

// In one function.
const pair = (
  name: string,
  beside: readonly number[],
  top: number,
  write: Write,
  cap?: string,
): Shape => ({
  name,
  ...(cap === undefined ? {} : { cap }),
  beside,
  top,
  events: HOT,
  make: (n, other) => functionRogue((body) => write(n, body, other)),
});

// In one module.
const inModule = (
  name: string,
  beside: readonly number[],
  top: number,
  write: (
    n: number,
    module: Parameters<Parameters<typeof moduleRogue>[0]>[0],
    other: number,
  ) => void,
): Shape => ({
  name,
  beside,
  top,
  events: COLD,
  make: (n, other) => moduleRogue((module) => write(n, module, other)),
});

// Core instances of one module.
const instances = (
  name: string,
  beside: readonly number[],
  top: number,
  write: (n: number) => Rogue,
  cap?: string,
): Shape => ({
  name,
  ...(cap === undefined ? {} : { cap }),
  beside,
  top,
  events: COLD,
  make: (n, other) => ({ ...write(n), sections: () => coreInstances(other) }),
});

const LOCALS = [16_000, 2_000, 200];
const HEIGHTS = [500, 50];

// Locals and what is repeated beside them.
const withLocals = (
  name: string,
  top: number,
  code: readonly number[],
  prepare?: (body: Body) => void,
): Shape =>
  pair(`locals × ${name}`, LOCALS, top, (n, body, locals) => {
    prepare?.(body);
    body.locals(locals);
    body.code.times(n, ...code);
  });

// Operands that lie on the stack around what is repeated.
const withOperands = (
  name: string,
  top: number,
  code: readonly number[],
  prepare?: (body: Body) => void,
): Shape =>
  pair(`operands × ${name}`, HEIGHTS, top, (n, body, height) => {
    prepare?.(body);
    body.code
      .times(height, 0x20, 0x01)
      .times(n, ...code)
      .times(height, DROP);
  });

// Each block sets another local, so that none is known to be the same behind it.
function setting(
  name: string,
  top: number,
  open: readonly number[],
  close: readonly number[],
): Shape {
  return pair(`locals × ${name} that set them`, LOCALS, top, (n, { locals, code }, count) => {
    const first = locals(count, I32);
    for (let index = 0; index < n; index++) {
      code
        .op(...open, 0x20, 0x01, 0x21)
        .unsigned(first + (index % count))
        .op(...close);
    }
    for (let index = 0; index < count; index++) {
      code
        .op(0x20)
        .unsigned(first + index)
        .op(0x21, 0x01);
    }
  });
}

export const functionPairs: readonly Shape[] = [
  pair(
    "slots of loops",
    [2_000],
    300_000,
    (n, { locals, code }, count) => {
      locals(count);
      code.times(n, ...LOOP, ...BR_IF, END);
    },
    "functionLoopSlots",
  ),
  pair(
    "slots of calls",
    [2_000],
    300_000,
    (n, { locals, module, code }, count) => {
      module.function(module.type([], []), new Bytes());
      locals(count);
      code.times(n, 0x10, 0x00);
    },
    "functionCallSlots",
  ),
  pair(
    "slots of blocks",
    [2_000],
    300_000,
    (n, { locals, code }, count) => {
      locals(count);
      code.times(n, ...BLOCK, END);
    },
    "functionBlockSlots",
  ),
  pair(
    "slots of branches",
    [2_000],
    300_000,
    (n, { locals, code }, count) => {
      locals(count);
      code.times(n, ...BR_IF);
    },
    "functionBranchSlots",
  ),
  withLocals("blocks", 300_000, [...BLOCK, ...BR_IF, ...ADD, END]),
  withLocals("blocks without a branch", 300_000, [...BLOCK, END]),
  withLocals("ifs", 300_000, [...IF, ...ADD, END]),
  withLocals("ifs with else", 300_000, [...IF, ...ADD, 0x05, ...ADD, ...ADD, END]),
  withLocals("loops", 300_000, [...LOOP, ...ADD, ...BR_IF, END]),
  withLocals("branches", 300_000, BR_IF),
  withLocals(
    "calls",
    300_000,
    [0x10, 0x00],
    ({ module }) => void module.function(module.type([], []), new Bytes()),
  ),
  withLocals(
    "caught calls",
    300_000,
    [...BLOCK, 0x1f, 0x40, 0x01, 0x02, 0x00, 0x10, 0x00, END, END],
    ({ module }) => void module.function(module.type([], []), new Bytes()),
  ),
  setting("blocks", 200_000, [...BLOCK, ...BR_IF], [END]),
  setting("ifs", 200_000, IF, [END]),
  setting("loops", 200_000, LOOP, [...BR_IF, END]),
  pair("locals × depth of if", LOCALS, 100_000, (n, { locals, code }, count) => {
    locals(count);
    code
      .times(n, ...IF)
      .op(...ADD)
      .times(n, END);
  }),
  pair("locals × depth of loops that set them", LOCALS, 20_000, (n, { locals, code }, count) => {
    const first = locals(count, I32);
    code.times(n, ...LOOP);
    for (let index = 0; index < count; index++) code.op(0x20, 0x01, 0x21).unsigned(first + index);
    code.times(n, ...BR_IF, END);
  }),
  pair("locals × targets of br_table", LOCALS, 100_000, (n, { locals, code }, count) => {
    locals(count);
    for (let left = n; left > 0; left -= 1_000) {
      const targets = Math.min(1_000, left) - 1;
      code
        .op(...BLOCK, 0x20, 0x01, 0x0e)
        .unsigned(targets)
        .times(targets + 1, 0x00)
        .op(END);
    }
  }),
  pair("locals × a switch of its depth", LOCALS, 60_000, (n, { locals, code }, count) => {
    const first = locals(count, I32);
    code
      .times(n, ...BLOCK)
      .op(0x20, 0x01, 0x0e)
      .unsigned(n - 1);
    for (let index = 0; index < n; index++) code.unsigned(index);
    for (let index = 0; index < n; index++)
      code.op(END, 0x20, 0x01, 0x21).unsigned(first + (index % count));
  }),
  withOperands("blocks", 300_000, [...BLOCK, ...BR_IF, ...ADD, END]),
  withOperands("ifs with else", 300_000, [...IF, ...ADD, 0x05, ...ADD, ...ADD, END]),
  withOperands("loops", 300_000, [...LOOP, ...ADD, ...BR_IF, END]),
  withOperands(
    "calls",
    300_000,
    [0x10, 0x00],
    ({ module }) => void module.function(module.type([], []), new Bytes()),
  ),
  withOperands("branches", 1_000_000, BR_IF),
  pair("operands × depth of if", HEIGHTS, 100_000, (n, { code }, height) => {
    code
      .times(height, 0x20, 0x01)
      .times(n, ...IF)
      .op(...ADD)
      .times(n, END)
      .times(height, DROP);
  }),
  pair("calls × parameters", [400, 30, 3], 100_000, (n, { module, code }, parameters) => {
    const callee = module.function(
      module.type(Array<number>(parameters).fill(I32), []),
      new Bytes(),
    );
    const call = new Bytes().times(parameters, 0x20, 0x01).op(0x10, callee);
    code.times(n, ...call.view());
  }),
  pair("calls × results", [16, 4], 100_000, (n, { module, code }, results) => {
    const values = Array<number>(results).fill(I32);
    const callee = module.function(module.type([], values), new Bytes().times(results, 0x41, 0x00));
    const call = new Bytes().op(0x10, callee).times(results, DROP);
    code.times(n, ...call.view());
  }),
  pair("indirect calls × parameters", [400, 30], 100_000, (n, { module, code }, parameters) => {
    const type = module.type(Array<number>(parameters).fill(I32), []);
    module.elements([module.function(type, new Bytes())]);
    module.table(1);
    const call = new Bytes().times(parameters, 0x20, 0x01).op(0x41, 0x00, 0x11, type, 0x00);
    code.times(n, ...call.view());
  }),
  pair("blocks × values", [16, 4], 300_000, (n, { module, code }, count) => {
    const values = Array<number>(count).fill(I32);
    code
      .times(count, 0x20, 0x01)
      .times(n, 0x02, module.type(values, values), ...BR_IF, END)
      .times(count, DROP);
  }),
  pair("loops × chained loads", [4_000, 100], 300_000, (n, { module, code }, loops) => {
    module.memory(1);
    const each = new Bytes().op(...LOOP, 0x20, 0x01).times(Math.ceil(n / loops), 0x28, 0x02, 0x00);
    code.times(loops, ...each.op(0x21, 0x01, ...BR_IF, END).view());
  }),
  pair("loops × stores", [4_000, 100], 300_000, (n, { module, code }, loops) => {
    module.memory(1);
    const each = new Bytes()
      .op(...LOOP)
      .times(Math.ceil(n / loops), 0x20, 0x01, 0x20, 0x01, 0x36, 0x02, 0x00);
    code.times(loops, ...each.op(...BR_IF, END).view());
  }),
  pair("memories × accesses", [4, 2], 500_000, (n, { module, code }, memories) => {
    module.addMany(5, memories, 0x00, 0x01);
    code.op(0x20, 0x01);
    for (let index = 0; index < n; index++) code.op(0x28, 0x42, index % memories, 0x00);
    code.op(DROP);
  }),
  pair(
    "blocks × saturating truncations",
    [10_000, 1_000],
    100_000,
    (n, { locals, code }, blocks) => {
      const local = locals(1, F64);
      code.times(blocks, ...BLOCK, ...BR_IF, ...ADD, END).times(n, 0x20, local, 0xfc, 0x02, DROP);
    },
  ),
];

// So many functions that are as large as one alone may be in one way. `size`: of each.
const copies = (
  name: string,
  size: number,
  write: (n: number, body: Body) => void,
  top = 300,
  cap?: string,
): Shape => ({
  name: `functions × ${name}`,
  ...(cap === undefined ? {} : { cap }),
  beside: [size],
  top,
  events: HOT,
  make: (n, size) => functionRogue((body) => write(size, body), n),
});

export const functionSums: readonly Shape[] = [
  copies("bytes", 2_090_000, (size, { code }) => void code.times(Math.floor(size / 7), ...ADD), 40),
  copies(
    "locals × blocks",
    3_800,
    (size, { locals, code }) => {
      locals(2_000);
      code.times(size, ...BLOCK, ...ADD, END);
    },
    300,
    "componentBlockSlots",
  ),
  copies(
    "locals × branches",
    3_800,
    (size, { locals, code }) => {
      locals(2_000);
      code.times(size, ...BR_IF);
    },
    300,
    "componentBranchSlots",
  ),
  copies("locals × ifs", 3_800, (size, { locals, code }) => {
    locals(2_000);
    code.times(size, ...IF, ...ADD, END);
  }),
  copies(
    "locals",
    16_000,
    (size, { locals, code }) => {
      const first = locals(size, I32);
      for (let index = 0; index < size; index++) code.op(0x20, 0x01, 0x21).unsigned(first + index);
    },
    300,
    "componentLocalBytes",
  ),
  copies(
    "blocks",
    49_000,
    (size, { code }) => void code.times(size, ...BLOCK, ...BR_IF, ...ADD, END),
    300,
    "componentBlocks",
  ),
  copies(
    "loops",
    4_000,
    (size, { code }) => void code.times(size, ...LOOP, ...ADD, ...BR_IF, END),
    300,
    "componentLoops",
  ),
  copies("chained loads", 131_000, (size, { module, code }) => {
    if (module.nextFunction === 0) module.memory(1);
    code.op(0x20, 0x01).times(size, 0x28, 0x02, 0x00).op(DROP);
  }),
  copies("calls", 32_000, (size, { module, code }) => {
    module.function(module.type([], []), new Bytes());
    code.times(size, 0x10, 0x00);
  }),
  copies("indirect calls", 4_000, (size, { module, code }) => {
    module.elements([module.function(module.type([], []), new Bytes())]);
    module.table(1);
    code.times(size, 0x41, 0x00, 0x11, module.type([], []), 0x00);
  }),
  copies("saturating truncations", 12_000, (size, { locals, code }) => {
    const local = locals(1, F64);
    code.times(size, 0x20, local, 0xfc, 0x02, DROP);
  }),
  copies("table.get", 250, (size, { module, code }) => {
    module.table(16);
    code.times(size, 0x41, 0x00, 0x25, 0x00, DROP);
  }),
];

// Core modules of so many functions each, none of them run: what is compiled of a component in sum.
const inModules = (
  name: string,
  cap: string,
  beside: readonly number[],
  top: number,
  write: (code: Bytes) => void,
  locals = 0,
): Shape => ({
  name: `core modules × ${name}`,
  cap,
  beside,
  top,
  events: COLD,
  make: (n, functions) => ({
    sections: () => {
      const module = new CoreModule();
      const code = new Bytes();
      write(code);
      const type = module.type([I32], []);
      for (let left = functions; left > 0; left--) module.function(type, code, [1 + locals, I32]);
      const bytes = module.finish();
      const out = new Bytes();
      for (let left = n; left > 0; left--) out.section(1, new Bytes().raw(bytes));
      return out;
    },
  }),
});

export const moduleSums: readonly Shape[] = [
  inModules("blocks", "componentBlocks", [1], 100, (code) =>
    code.times(49_000, ...BLOCK, ...BR_IF, ...ADD, END),
  ),
  inModules("loops", "componentLoops", [1, 10], 150, (code) =>
    code.times(4_000, ...LOOP, ...ADD, ...BR_IF, END),
  ),
  inModules(
    "slots of ifs",
    "componentBlockSlots",
    [1],
    150,
    (code) => code.times(3_800, ...IF, ...ADD, END),
    2_000,
  ),
  inModules(
    "slots of branches",
    "componentBranchSlots",
    [1],
    150,
    (code) => code.times(3_800, ...BR_IF),
    2_000,
  ),
];

const table =
  (element: number) =>
  (n: number): Rogue =>
    moduleRogue((module) => void module.table(n, element));

export const modulePairs: readonly Shape[] = [
  inModule("tables × elements", [16, 4, 2], 1_000_000, (n, module, tables) => {
    for (let left = tables; left > 0; left--) module.table(n, EXTERNREF);
  }),
  {
    ...inModule("memories × pages", [4, 2], 1_000, (n, module, memories) => {
      for (let left = memories; left > 0; left--) module.memory(n);
    }),
    // As many as a memory may have by default.
    unbounded: true,
  },
  inModule("memories × data", [4, 1], 70 << 20, (n, module, memories) => {
    for (let left = memories; left > 0; left--) module.memory(1_000);
    const size = Math.floor(n / 100);
    for (let left = 100; left > 0; left--) {
      module.entry(11).op(0x00, 0x41, 0x00, 0x0b).unsigned(size).times(size, 0x61);
    }
  }),
  inModule("types × parameters", [4_000, 1_000], 390, (n, module, types) => {
    for (let index = 0; index < types; index++) {
      const entry = module.entry(1).op(0x60).unsigned(n);
      for (let at = 0; at < n; at++) entry.op((index >> (at % 12)) & 1 ? 0x7e : 0x7f);
      entry.op(0x00);
    }
  }),
  {
    ...inModule("functions × locals", [60_000, 5_000], 20_000, (n, module, functions) => {
      const type = module.type([I32], []);
      for (let left = functions; left > 0; left--) module.function(type, new Bytes(), [n, I32]);
    }),
    cap: "componentLocals",
  },
  inModule("exports × names", [8_000, 1_000], 1_025, (n, module, count) => {
    for (let index = 1; index < count; index++) module.export(longName(index, n), 0);
  }),
  inModule("element segments × elements", [4_000, 100], 100_000, (n, module, segments) => {
    module.table(n);
    for (let left = segments; left > 0; left--) {
      module.entry(9).op(0x00, 0x41, 0x00, 0x0b).unsigned(n).times(n, 0x00);
    }
  }),
];

export const componentPairs: readonly Shape[] = [
  instances("core instances × elements of a table", [500, 50], 1_000_000, table(EXTERNREF)),
  instances(
    "core instances × elements of a table of functions",
    [500, 50],
    1_000_000,
    table(FUNCREF),
  ),
  instances("core instances × tables", [500, 50], 1_000, (n) =>
    moduleRogue((module) => module.addMany(4, n, FUNCREF, 0x00, 0x01)),
  ),
  instances("core instances × memories", [500, 50], 1_000, (n) =>
    moduleRogue((module) => module.addMany(5, n, 0x00, 0x01)),
  ),
  instances("core instances × pages", [500, 50], 20_000, (n) =>
    moduleRogue((module) => void module.memory(n)),
  ),
  instances("core instances × globals", [500, 50], 100_000, (n) =>
    moduleRogue((module) => module.addMany(6, n, I32, 0x01, 0x41, 0x00, 0x0b)),
  ),
  instances("core instances × constant expressions", [500, 50], 1_000_000, (n) =>
    moduleRogue((module) => {
      module
        .entry(6)
        .op(I32, 0x00, 0x41, 0x01)
        .times(Math.floor(n / 2), 0x41, 0x01, 0x6a)
        .op(0x0b);
    }),
  ),
  instances("core instances × exports", [500, 50], 10_000, (n) =>
    moduleRogue((module) => {
      for (let index = 1; index < n; index++) module.export(`f${index}`, 0);
    }),
  ),
  instances("core instances × exported functions", [500, 50], 10_000, (n) =>
    moduleRogue((module) => {
      const type = module.type([I32], []);
      for (let index = 1; index < n; index++)
        module.export(`f${index}`, module.function(type, new Bytes()));
    }),
  ),
  instances(
    "core instances × functions",
    [500, 50],
    60_000,
    (n) =>
      moduleRogue((module) => {
        module.addMany(3, n, module.type([I32], []));
        module.addMany(10, n, 0x02, 0x00, 0x0b);
        module.skipFunctions(n);
      }),
    "componentStartWork",
  ),
  instances("core instances × elements", [500, 50], 9_000_000, (n) =>
    moduleRogue((module) => {
      module.table(1);
      module.entry(9).op(0x01, 0x00).unsigned(n).times(n, 0x00);
    }),
  ),
  instances("core instances × elements into a table", [500, 50], 1_000_000, (n) =>
    moduleRogue((module) => {
      module.table(n);
      module.entry(9).op(0x00, 0x41, 0x00, 0x0b).unsigned(n).times(n, 0x00);
    }),
  ),
  instances("core instances × data", [60, 10], 70 << 20, (n) =>
    moduleRogue((module) => {
      module.memory(1_000);
      module.entry(11).op(0x00, 0x41, 0x00, 0x0b).unsigned(n).times(n, 0x61);
    }),
  ),
  instances("core instances × data segments", [60, 10], 200_000, (n) =>
    moduleRogue((module) => {
      module.memory(1);
      module.addMany(11, n, 0x00, 0x41, 0x00, 0x0b, 0x01, 0x61);
    }),
  ),
  instances("core instances × tags", [500, 50], 10_000, (n) =>
    moduleRogue((module) => module.addMany(13, n, 0x00, module.type([], []))),
  ),
  {
    name: "a component's imports × names",
    beside: [2_000, 200],
    top: 1_025,
    events: COLD,
    make: (n, count) => imports(count, (index) => longName(index, n)),
  },
  {
    name: "a component's exports × names",
    beside: [2_000, 200],
    top: 1_025,
    events: COLD,
    make: (n, count) => exports(count, (index) => longName(index, n)),
  },
  {
    name: "a component's types × fields",
    beside: [4_000, 1_000],
    top: 1_000,
    events: COLD,
    make: (n, types) => ({
      sections: () => {
        const content = new Bytes().unsigned(types);
        for (let left = types; left > 0; left--) {
          content.op(0x72).unsigned(n);
          for (let index = 0; index < n; index++) content.name(`f${index}`).op(0x7f);
        }
        return new Bytes().section(7, content);
      },
    }),
  },
];
