// What strangers may not use, at any size.
import { I32 } from "../binary/core-module.ts";
import { functionRogue } from "./function-rogue.ts";
import { moduleRogue } from "./modules.ts";
import { COLD, type Shape } from "./shape.ts";

const GC = "gc";

const STRUCT_NEW_DEFAULT = [0xfb, 0x01];
const ARRAY_NEW_DEFAULT = [0xfb, 0x07];
const DROP = 0x1a;

const shape = (
  name: string,
  feature: string,
  cap: string | undefined,
  top: number,
  make: Shape["make"],
): Shape => ({
  name,
  feature,
  ...(cap === undefined ? {} : { cap }),
  top,
  events: COLD,
  make,
});

export const featureShapes: readonly Shape[] = [
  shape("arrays of the garbage collector", GC, "functionAggregates", 100_000, (n) =>
    functionRogue(({ module, code }) => {
      const type = module.add(1, 0x5e, I32, 0x01);
      code.times(n, 0x41, 0x01, ...ARRAY_NEW_DEFAULT, type, DROP);
    }),
  ),
  shape("a large array of the garbage collector", GC, undefined, 60_000_000, (n) =>
    functionRogue(({ module, code }) => {
      const type = module.add(1, 0x5e, I32, 0x01);
      code
        .op(0x41)
        .signed(n)
        .op(...ARRAY_NEW_DEFAULT, type, DROP);
    }),
  ),
  shape("a large array in a global", GC, undefined, 60_000_000, (n) =>
    moduleRogue((module) => {
      const type = module.add(1, 0x5e, I32, 0x01);
      module
        .entry(6)
        .op(0x63, type, 0x00, 0x41)
        .signed(n)
        .op(...ARRAY_NEW_DEFAULT, type, 0x0b);
    }),
  ),
  shape("fields of structs that are made", GC, "functionAggregateValues", 500_000, (n) =>
    functionRogue(({ module, code }) => {
      const fields = 100;
      const type = module.add(
        1,
        0x5f,
        fields,
        ...Array.from({ length: fields }, () => [I32, 0x01]).flat(),
      );
      code.times(Math.ceil(n / fields), ...STRUCT_NEW_DEFAULT, type, DROP);
    }),
  ),
  shape("fields of a struct", GC, "moduleTypeFields", 1_000, (n) =>
    functionRogue(({ module, code }) => {
      module.entry(1).op(0x5f).unsigned(n).times(n, I32, 0x01);
      code.op(...STRUCT_NEW_DEFAULT, 0, DROP);
    }),
  ),
  shape("a shared memory", "shared memory", undefined, 1_000, (n) =>
    moduleRogue((module) => void module.entry(5).op(0x03).unsigned(1).unsigned(n)),
  ),
];
