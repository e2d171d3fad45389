// Core modules that are large in one way.
import { Bytes } from "../../bytes.ts";
import { CoreModule, EXTERNREF, FUNCREF, I32 } from "../binary/core-module.ts";
import type { Rogue } from "../rogue.ts";
import { COLD, HOT, type Shape } from "./shape.ts";

/** `run` does nothing unless something else is written. */
export function moduleRogue(write: (module: CoreModule, run: Bytes) => void): Rogue {
  const module = new CoreModule();
  const run = new Bytes();
  write(module, run);
  module.export("run", module.function(module.type([I32], []), run));
  return { module: module.finish() };
}

function shape(
  name: string,
  cap: string,
  top: number,
  write: (n: number, module: CoreModule, run: Bytes) => void,
  events = COLD,
): Shape {
  return {
    name,
    cap,
    top,
    events,
    make: (n) => moduleRogue((module, run) => write(n, module, run)),
  };
}

const many = (count: number): number[] => Array<number>(count).fill(I32);

export const moduleShapes: readonly Shape[] = [
  shape("module bytes, of data", "moduleBytes", 100 << 20, (n, module) => {
    module.memory(1);
    // Passive: it is never copied.
    const size = Math.max(0, n - 90);
    module.entry(11).op(0x01).unsigned(size).times(size, 0x61);
  }),
  shape("module bytes, of a custom section", "moduleBytes", 100 << 20, (n, module) => {
    module.custom("x", new Uint8Array(Math.max(0, n - 60)));
  }),
  shape("module bytes, of code", "moduleBytes", 100 << 20, (n, module) => {
    const body = new Bytes().times(150_000, 0x20, 0x00, 0x41, 0x01, 0x6a, 0x21, 0x00);
    const type = module.type([I32], []);
    for (let left = n - 60; left > body.length; left -= body.length + 8)
      module.function(type, body);
  }),
  shape("functions", "moduleFunctions", 1_000_000, (n, module) => {
    module.addMany(3, n - 1, module.type([I32], []));
    module.addMany(10, n - 1, 0x02, 0x00, 0x0b);
    module.skipFunctions(n - 1);
  }),
  shape(
    "functions that are all called",
    "moduleFunctions",
    1_000_000,
    (n, module, run) => {
      const type = module.type([I32], []);
      const first = module.nextFunction;
      module.addMany(3, n - 1, type);
      module.addMany(10, n - 1, 0x02, 0x00, 0x0b);
      module.skipFunctions(n - 1);
      // Of those that one function may call.
      for (let index = 0; index < Math.min(n - 1, 30_000); index++) {
        run.op(0x20, 0x00, 0x10).unsigned(first + index);
      }
    },
    HOT,
  ),
  shape("types", "moduleTypes", 500_000, (n, module) => {
    for (let index = 0; index < n - 1; index++) {
      const bits = index.toString(2);
      const entry = module.entry(1).op(0x60).unsigned(bits.length);
      for (const bit of bits) entry.op(bit === "1" ? 0x7e : 0x7c);
      entry.op(0x00);
    }
  }),
  shape(
    "parameters",
    "moduleTypeParameters",
    1_000,
    (n, module, run) => {
      const callee = module.function(module.type(many(n), []), new Bytes());
      run.times(n, 0x20, 0x00).op(0x10, callee);
    },
    HOT,
  ),
  shape(
    "results",
    "moduleTypeResults",
    1_000,
    (n, module, run) => {
      const callee = module.function(module.type([], many(n)), new Bytes().times(n, 0x41, 0x00));
      run.op(0x10, callee).times(n, 0x1a);
    },
    HOT,
  ),
  shape("parameters of types in sum", "moduleTypeParts", 900_000, (n, module) => {
    const types = Math.floor((n - 1) / 300);
    for (let index = 0; index < types; index++) {
      const entry = module.entry(1).op(0x60).unsigned(300);
      for (let at = 0; at < 300; at++) entry.op((index >> (at % 12)) & 1 ? 0x7e : 0x7f);
      entry.op(0x00);
    }
  }),
  shape("globals", "moduleGlobals", 900_000, (n, module) => {
    module.addMany(6, n, I32, 0x01, 0x41, 0x00, 0x0b);
  }),
  shape("globals of references", "moduleGlobals", 900_000, (n, module) => {
    module.addMany(6, n, EXTERNREF, 0x01, 0xd0, EXTERNREF, 0x0b);
  }),
  shape("tables", "moduleTables", 5_000, (n, module) => module.addMany(4, n, FUNCREF, 0x00, 0x01)),
  shape("elements of a table", "moduleStartElements", 10_000_000, (n, module) => {
    module.table(n);
  }),
  shape("elements of a table for anything", "moduleStartElements", 10_000_000, (n, module) => {
    module.table(n, EXTERNREF);
  }),
  shape("elements of ten tables", "moduleStartElements", 10_000_000, (n, module) => {
    for (let left = 10; left > 0; left--) module.table(Math.floor(n / 10));
  }),
  shape("memories", "moduleMemories", 2_000, (n, module) => module.addMany(5, n, 0x00, 0x01)),
  shape("memories without a page", "moduleMemories", 2_000, (n, module) => {
    module.addMany(5, n, 0x00, 0x00);
  }),
  // A limit of the host's says no to less, where it starts.
  shape("pages of a memory", "moduleStartPages", 65_536, (n, module) => void module.memory(n)),
  shape("pages of two memories", "moduleStartPages", 65_536, (n, module) => {
    module.memory(Math.ceil(n / 2));
    module.memory(Math.floor(n / 2));
  }),
  shape("data of a memory", "moduleStartBytes", 70 << 20, (n, module) => {
    module.memory(Math.ceil(n / 65_536));
    module.entry(11).op(0x00, 0x41, 0x00, 0x0b).unsigned(n).times(n, 0x61);
  }),
  shape("tags", "moduleTags", 500_000, (n, module) => {
    module.addMany(13, n, 0x00, module.type([], []));
  }),
  shape("values of a tag", "moduleTagValues", 400, (n, module) => {
    module.addMany(13, 1, 0x00, module.type(Array(n).fill(0x7e) as number[], []));
  }),
  shape("data segments", "moduleDataSegments", 900_000, (n, module) => {
    module.memory(1);
    module.addMany(11, n, 0x00, 0x41, 0x00, 0x0b, 0x01, 0x61);
  }),
  shape("passive data segments", "moduleDataSegments", 900_000, (n, module) => {
    module.addMany(11, n, 0x01, 0x01, 0x61);
  }),
  shape("element segments", "moduleElementSegments", 900_000, (n, module) => {
    module.table(1);
    module.addMany(9, n, 0x00, 0x41, 0x00, 0x0b, 0x01, 0x00);
  }),
  shape("passive element segments", "moduleElementSegments", 900_000, (n, module) => {
    module.addMany(9, n, 0x01, 0x00, 0x01, 0x00);
  }),
  shape("elements", "moduleElements", 9_000_000, (n, module) => {
    module.table(1);
    module.entry(9).op(0x01, 0x00).unsigned(n).times(n, 0x00);
  }),
  shape("elements into a table", "moduleElements", 9_000_000, (n, module) => {
    const segment = Math.min(n, 200_000);
    module.table(segment);
    for (let left = n; left > 0; left -= segment) {
      const count = Math.min(segment, left);
      module.entry(9).op(0x00, 0x41, 0x00, 0x0b).unsigned(count).times(count, 0x00);
    }
  }),
  shape("elements as expressions", "moduleElements", 9_000_000, (n, module) => {
    module.entry(9).op(0x05, FUNCREF).unsigned(n).times(n, 0xd0, FUNCREF, 0x0b);
  }),
  shape("constant expressions", "moduleConstants", 5_000_000, (n, module) => {
    module
      .entry(6)
      .op(I32, 0x00, 0x41, 0x01)
      .times(Math.floor((n - 1) / 2), 0x41, 0x01, 0x6a)
      .op(0x0b);
  }),
  shape("a constant expression of its height", "moduleConstants", 5_000_000, (n, module) => {
    const half = Math.floor((n - 1) / 2);
    module.entry(6).op(I32, 0x00, 0x41, 0x01).times(half, 0x41, 0x01).times(half, 0x6a).op(0x0b);
  }),
  shape("exports", "moduleExports", 900_000, (n, module) => {
    for (let index = 1; index < n; index++) module.export(`f${index}`, 0);
  }),
  shape("exported functions", "moduleExports", 900_000, (n, module) => {
    const type = module.type([I32], []);
    for (let index = 1; index < n; index++) {
      module.export(`f${index}`, module.function(type, new Bytes()));
    }
  }),
  shape("an export's name", "moduleNameBytes", 99_000, (n, module) => {
    module.export("x".repeat(n), 0);
  }),
  shape("exports of long names", "moduleExports", 90_000, (n, module) => {
    for (let index = 1; index < n; index++) module.export(`${index}`.padStart(1_000, "x"), 0);
  }),
  shape("a custom section's name", "moduleNameBytes", 99_000, (n, module) => {
    module.custom("x".repeat(n), new Uint8Array(0));
  }),
  shape("custom sections", "moduleCustomSections", 900_000, (n, module) => {
    for (let left = n; left > 0; left--) module.custom("x", new Uint8Array(0));
  }),
  shape("functions that V8 has names for", "moduleBytes", 80 << 20, (n, module) => {
    // The name section says of function 0 n times over what it is called.
    const names = new Bytes()
      .unsigned(Math.floor(n / 8))
      .times(Math.floor(n / 8), 0x00, 0x06, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61);
    module.custom("name", new Bytes().op(0x01).sized(names).finish());
  }),
  shape("branch hints", "moduleBytes", 100 << 20, (n, module) => {
    const count = Math.floor(n / 4);
    const hints = new Bytes().op(0x01, 0x00).unsigned(count).times(count, 0x01, 0x01, 0x00);
    module.custom("metadata.code.branch_hint", hints.finish(), "front");
  }),
];
