import { Bytes } from "../../bytes.ts";
import { CoreModule, I32, I64 } from "../binary/core-module.ts";
import type { Rogue } from "../rogue.ts";

/** A function in the making: its local 0 says how it is run, local 1 is of 32 bits. */
export interface Body {
  readonly module: CoreModule;
  readonly code: Bytes;
  /**
   * More locals, of 64 bits if nothing else is said: from 2 on, in the order in which they are asked for.
   */
  locals(count: number, type?: number): number;
}

/**
 * Functions that return at once where they are called in a loop: the compilers see all of each. `copies`:
 * so many that are the same.
 */
export function functionRogue(write: (body: Body) => void, copies = 1): Rogue {
  const module = new CoreModule();
  // Called in a loop it goes to its end at once: the longer it is, the sooner it counts as hot.
  const code = new Bytes().op(0x02, 0x40, 0x20, 0x00, 0x0d, 0x00);
  const locals: [number, number][] = [[1, I32]];
  let next = 2;
  write({
    module,
    code,
    locals: (count, type = I64) => {
      locals.push([count, type]);
      next += count;
      return next - count;
    },
  });
  code.op(0x0b);
  const type = module.type([I32], []);
  const run = new Bytes();
  for (let left = copies; left > 0; left--) {
    run.op(0x20, 0x00, 0x10).unsigned(module.function(type, code, ...locals));
  }
  module.export("run", module.function(type, run));
  return { module: module.finish() };
}
