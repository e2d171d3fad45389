// What long code without a loop or a call does between two checks: run time and again, it is to be
// stopped at its deadline.
import { Bytes } from "../../bytes.ts";
import { EXTERNREF, F64, I64 } from "../binary/core-module.ts";
import { type Body, functionRogue } from "./function-rogue.ts";
import { THROUGH, type Shape } from "./shape.ts";

// As many as a function may have of it.
const straight = (
  name: string,
  code: readonly number[],
  prepare: (body: Body) => void = () => {},
): Shape => ({
  name: `straight ${name}`,
  top: 200_000,
  unbounded: true,
  events: THROUGH,
  make: (n) =>
    functionRogue((body) => {
      prepare(body);
      body.code.times(n, ...code);
    }),
});

const large = (value: number): number[] => [0x41, ...new Bytes().signed(value).view()];
const withPages =
  (pages: number) =>
  ({ module }: Body): void =>
    void module.memory(pages);
export const straightShapes: readonly Shape[] = [
  straight("additions", [0x20, 0x01, 0x41, 0x01, 0x6a, 0x21, 0x01]),
  straight(
    "divisions of 64 bits",
    [
      0x20, 0x02, 0x42, 0x03, 0x84, 0x42, 0x07, 0x84, 0x42, 0x7f, 0x20, 0x02, 0x42, 0x03, 0x84,
      0x80, 0x21, 0x02, 0x1a,
    ],
    ({ locals }) => void locals(1, I64),
  ),
  straight("roots", [0x20, 0x02, 0x9f, 0x21, 0x02], ({ locals }) => void locals(1, F64)),
  straight(
    "loads that miss the cache",
    [
      0x20,
      0x01,
      ...large(4_100),
      0x6a,
      0x22,
      0x01,
      ...large(0x3f_fffc),
      0x71,
      0x28,
      0x02,
      0x00,
      0x20,
      0x01,
      0x6a,
      0x21,
      0x01,
    ],
    withPages(64),
  ),
  straight(
    "memory.fill of all",
    [0x41, 0x00, 0x41, 0x01, ...large(1_000 * 65_536), 0xfc, 0x0b, 0x00],
    withPages(1_000),
  ),
  straight(
    "memory.fill of little",
    [0x41, 0x00, 0x41, 0x01, ...large(250), 0xfc, 0x0b, 0x00],
    withPages(1),
  ),
  straight(
    "memory.copy of half",
    [0x41, 0x00, ...large(500 * 65_536), ...large(500 * 65_536), 0xfc, 0x0a, 0x00, 0x00],
    withPages(1_000),
  ),
  straight(
    "memory.init",
    [0x41, 0x00, 0x41, 0x00, ...large(1 << 20), 0xfc, 0x08, 0x00, 0x00],
    ({ module }) => {
      module.memory(100);
      module.countData();
      module
        .entry(11)
        .op(0x01)
        .unsigned(1 << 20)
        .times(1 << 20, 0x61);
    },
  ),
  straight(
    "table.fill",
    [0x41, 0x00, 0xd0, EXTERNREF, ...large(130_000), 0xfc, 0x11, 0x00],
    ({ module }) => void module.table(130_000, EXTERNREF),
  ),
  straight(
    "table.copy",
    [0x41, 0x00, 0x41, 0x00, ...large(130_000), 0xfc, 0x0e, 0x00, 0x01],
    ({ module }) => {
      module.table(130_000, EXTERNREF);
      module.table(130_000, EXTERNREF);
    },
  ),
  straight(
    "table.grow",
    [0xd0, EXTERNREF, 0x41, 0x01, 0xfc, 0x0f, 0x00, 0x1a],
    ({ module }) => void module.table(0, EXTERNREF),
  ),
  straight("memory.grow", [0x41, 0x01, 0x40, 0x00, 0x1a], withPages(1)),
  straight(
    "table.set",
    [0x41, 0x00, 0xd0, EXTERNREF, 0x26, 0x00],
    ({ module }) => void module.table(200_000, EXTERNREF),
  ),
  straight(
    "throws that are caught",
    [0x02, 0x40, 0x1f, 0x40, 0x01, 0x02, 0x00, 0x08, 0x00, 0x0b, 0x00, 0x0b],
    ({ module }) => {
      module.add(13, 0x00, module.type([], []));
    },
  ),
  straight("atomic notifies", [0x41, 0x00, 0x41, 0x01, 0xfe, 0x00, 0x02, 0x00, 0x1a], withPages(1)),
  straight("calls of a long function", [0x20, 0x01, 0x10, 0x00], ({ module }) => {
    const body = new Bytes().times(2_000, 0x20, 0x00, 0x41, 0x03, 0x6d, 0x21, 0x00);
    module.function(module.type([0x7f], []), body);
  }),
  straight(
    "indirect calls of a long function",
    [0x20, 0x01, 0x41, 0x00, 0x11, 0x00, 0x00],
    ({ module }) => {
      const body = new Bytes().times(2_000, 0x20, 0x00, 0x41, 0x03, 0x6d, 0x21, 0x00);
      module.elements([module.function(module.type([0x7f], []), body)]);
      module.table(1);
    },
  ),
  {
    name: "straight first calls of large functions",
    beside: [1_000, 50_000],
    top: 20_000,
    events: THROUGH,
    make: (n, size) =>
      functionRogue(
        ({ code }) => void code.times(size, 0x20, 0x01, 0x41, 0x01, 0x6a, 0x21, 0x01),
        n,
      ),
  },
  {
    name: "straight large frames in each other",
    beside: [16_000, 1_000],
    top: 30_000,
    unbounded: true,
    events: THROUGH,
    make: (n, size) =>
      functionRogue(({ locals, code, module }) => {
        locals(size);
        code.times(n, 0x01).op(0x20, 0x00, 0x10).unsigned(module.nextFunction);
      }),
  },
];
