// Core modules of one function.
import { leb, name, rows } from "../../transform/bytes.ts";
import type { CoreType } from "../flatten.ts";

export const VALUE_TYPES: Readonly<Record<CoreType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
};

type FuncType = readonly [params: readonly CoreType[], results: readonly CoreType[]];

/**
 * A module that exports one function, of type `type`, under `exported`. `functions`: how many of
 * its imports are functions. `locals`: those of the function, one of each type.
 */
export function code(
  types: readonly FuncType[],
  imports: readonly (readonly number[])[],
  functions: number,
  exported: string,
  type: number,
  locals: readonly CoreType[],
  body: readonly number[],
): WebAssembly.Module {
  const whole = [
    ...leb(locals.length),
    ...locals.flatMap((one) => [1, VALUE_TYPES[one]]),
    ...body,
    0x0b,
  ];
  return new WebAssembly.Module(
    rows(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(
        1,
        types.map(([params, results]) => [0x60, ...values(params), ...values(results)]),
      ),
      section(2, imports),
      section(3, [leb(type)]),
      section(7, [[...name(exported), 0, ...leb(functions)]]),
      section(10, [[...leb(whole.length), ...whole]]),
    ),
  );
}

function values(types: readonly CoreType[]): number[] {
  return [...leb(types.length), ...types.map((type) => VALUE_TYPES[type])];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const whole = [...leb(items.length), ...items.flat()];
  return [id, ...leb(whole.length), ...whole];
}
